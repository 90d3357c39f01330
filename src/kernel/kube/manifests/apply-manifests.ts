import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { asRecord, asText } from "../../untyped.ts";
import type { Kube } from "../kube.ts";
import { decodeBase64 } from "../object/base64-bytes.ts";
import { builtinResource } from "../object/builtin-resource.ts";
import type { KubeObject as ClusterObject } from "../object/object-meta.ts";
import { apiVersionOf, type Resource } from "../object/resource.ts";
import type { KubeObject, Manifest } from "./manifest.ts";
import { isWrapped } from "./wrap-secrets.ts";

export interface ApplyManifestsOptions {
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
  /** Kinds besides those that Kubernetes itself serves. */
  readonly custom?: readonly Resource[];
}

/**
 * Server-side applies manifests of known kinds, namespaces first, then in their order. Returns how many there were.
 * Errors: KST_MANIFEST_INVALID for a kind that is not known; what the API server says otherwise.
 */
export async function applyManifests(
  kube: Kube,
  manifests: readonly Manifest[],
  options: ApplyManifestsOptions,
): Promise<number> {
  const [namespaces, others] = [true, false].map((first) =>
    manifests.filter(({ object }) => (object.kind === "Namespace") === first),
  );
  for (const manifest of [...(namespaces ?? []), ...(others ?? [])]) await applyOne(kube, manifest, options);
  return manifests.length;
}

async function applyOne(kube: Kube, { object, file }: Manifest, options: ApplyManifestsOptions): Promise<void> {
  const { fieldManager, signal, custom = [] } = options;
  const resource =
    builtinResource(object) ??
    custom.find((one) => apiVersionOf(one) === object.apiVersion && one.kind === object.kind);
  const metadata = asRecord(object.metadata);
  const name = asText(metadata["name"]);
  if (resource === undefined || name === undefined) {
    throw new KustodyError("KST_MANIFEST_INVALID", `${file}: cannot apply ${object.kind} of ${object.apiVersion}`, {
      hint: "only named objects of known kinds can be applied",
    });
  }
  const namespace = asText(metadata["namespace"]) ?? kube.namespace;
  const api = isNamespaced(resource)
    ? kube.namespaced(resource, namespace)
    : kube.cluster(resource as Resource<ClusterObject, false>);
  await api.apply(
    { ...unwrapped(object), metadata: { ...metadata, name } },
    {
      fieldManager,
      force: true,
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

function isNamespaced(resource: Resource): resource is Resource<ClusterObject, true> {
  return resource.namespaced;
}

/** A Secret's values as `Secret`s below `data`, which is what the API takes: `stringData` wins, as the API has it. */
function unwrapped(object: KubeObject): KubeObject {
  if (object.kind !== "Secret") return object;
  const { data, stringData, ...rest } = object;
  const decoded = Object.entries(asRecord(data)).map(([key, value]) => [key, decodedValue(key, value)]);
  const plain = Object.entries(asRecord(stringData)).map(([key, value]) => [
    key,
    isWrapped(value) ? value.secret : value,
  ]);
  return { ...rest, data: Object.fromEntries([...decoded, ...plain]) } as KubeObject;
}

/** A door: `data` in a manifest is base64, and the writer encodes again. */
function decodedValue(key: string, value: unknown): unknown {
  if (!isWrapped(value)) return value;
  const text = value.secret.unwrap();
  const bytes = decodeBase64(text, 0, text.length);
  if (bytes === undefined) throw new KustodyError("KST_MANIFEST_INVALID", `data.${key} of a Secret is not base64`);
  return Secret.fromBytes(bytes);
}
