import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../../kernel/kube/manifests/wrap-secrets.ts";
import type { ValueShape } from "../../../kernel/secret/value-shape.ts";
import { asRecord, asText } from "../../../kernel/untyped.ts";
import { clearValuesOf } from "../secret-manifest.ts";

/** Why a Secret manifest is left alone, or undefined. */
type Reason = (object: KubeObject) => string | undefined;

/** In this order: the first that says something counts. */
const REASONS: readonly Reason[] = [
  (object) => (object["sops"] === undefined ? undefined : "SOPS keeps it encrypted: to move it, decrypt it first"),
  (object) => TYPES_OF_THE_CLUSTER[asText(object["type"]) ?? ""],
  hasNoName,
  hasNothingInTheClear,
  hasOtherThanValues,
];

/** Whoever may write one of these through a store is given an identity. */
const TYPES_OF_THE_CLUSTER: Readonly<Record<string, string>> = {
  "kubernetes.io/service-account-token":
    "the cluster makes tokens of ServiceAccounts: delete the manifest, and the token in the cluster",
  "bootstrap.kubernetes.io/token":
    "a bootstrap token is made for one use: delete the manifest, and create it with kubeadm",
};

/** Pure. */
export function whyLeftAlone(object: KubeObject): string | undefined {
  for (const reason of REASONS) {
    const why = reason(object);
    if (why !== undefined) return why;
  }
  return undefined;
}

function hasNoName({ metadata }: KubeObject): string | undefined {
  const name = asText(asRecord(metadata)["name"]) ?? "";
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) return undefined;
  return "it has no name that an object can have: give it one in metadata.name";
}

function hasNothingInTheClear(object: KubeObject): string | undefined {
  if (clearValuesOf(object).length > 0) return undefined;
  const shapes = shapesOf(object);
  return shapes.length === 0 ? "it has no data" : `nothing in it is a value in the clear: ${listed(shapes)}`;
}

/** Certificates and empty entries move with the rest; what a tool fills in or decrypts would arrive as it stands here. */
function hasOtherThanValues(object: KubeObject): string | undefined {
  const others = shapesOf(object).filter(([, shape]) => UNMOVABLE.has(shape));
  if (others.length === 0) return undefined;
  return `${listed(others)}, beside values in the clear: make two Secrets of it, or put the value in its place`;
}

const UNMOVABLE: ReadonlySet<ValueShape> = new Set(["reference", "placeholder", "ciphertext"]);

const WORDS: Readonly<Record<ValueShape, string>> = {
  empty: "is empty",
  placeholder: "is a placeholder",
  reference: "is a reference",
  ciphertext: "is encrypted",
  public: "is public",
  value: "is a setting",
};

function shapesOf(object: KubeObject): [key: string, shape: ValueShape][] {
  return [object["data"], object["stringData"]].flatMap((section) =>
    isWrapped(section)
      ? [["the whole", section.shape] as [string, ValueShape]]
      : Object.entries(asRecord(section)).flatMap(([key, value]): [string, ValueShape][] =>
          isWrapped(value) ? [[key, value.shape]] : [],
        ),
  );
}

function listed(shapes: readonly [string, ValueShape][]): string {
  const shown = shapes.slice(0, 5).map(([key, shape]) => `${key.slice(0, 100)} ${WORDS[shape]}`);
  return shown.join(", ") + (shapes.length > shown.length ? ", …" : "");
}
