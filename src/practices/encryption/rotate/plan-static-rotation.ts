import { KustodyError } from "../../../kernel/errors.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import type { YamlEdit } from "../../../kernel/yaml/edit-yaml.ts";
import type { EncryptionConfiguration, Provider } from "../model.ts";

/** `stage`: the new key decrypts only; `activate`: it encrypts; `remove`: the others are gone. Each on every API server before the next. */
export type RotationStep = "stage" | "activate" | "remove";

export interface StaticRotation {
  readonly edits: readonly YamlEdit[];
  readonly change: string;
  /** The provider, and its key that is staged or encrypts then. */
  readonly provider: "aescbc" | "aesgcm" | "secretbox";
  readonly key: string;
}

/** Our keys' names tell when they were made, so that a staged one is told from an old one. */
const OURS = /^kustody-\d{8}t\d{6}z$/;

/** A name for a key that is made now. */
export function staticKeyName(millis: number): string {
  return `kustody-${new Date(millis).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").toLowerCase()}z`;
}

/**
 * A step of rotating the key that stands in the file itself. Pure. `fresh` is the key that a first step adds. Errors:
 * KST_ENCRYPTION_CONFIG where no static key encrypts.
 */
export function planStaticRotation(
  configuration: EncryptionConfiguration,
  fresh: { readonly name: string; readonly secret: Secret },
  step: RotationStep,
): StaticRotation {
  const { entries, deciding } = configuration;
  const first = deciding?.providers[0];
  if (deciding === undefined || first === undefined || !isStatic(first)) {
    throw new KustodyError("KST_ENCRYPTION_CONFIG", "no key in this file encrypts Secrets", {
      hint: "a KMS provider's key is rotated with --key-file or --follow; without any: kustody encryption init",
    });
  }
  const path = ["resources", entries.indexOf(deciding), "providers", first.index, first.kind, "keys"];
  const [writing, ...others] = first.keys;
  if (writing === undefined) throw new KustodyError("KST_ENCRYPTION_CONFIG", `${first.kind} has no keys`);
  const { kind: provider } = first;
  if (step === "remove") {
    const edits = others.map((_, index): YamlEdit => ({ op: "remove", path: [...path, others.length - index] }));
    return { edits, change: `${others.length} old keys of ${provider} are removed`, provider, key: writing.name };
  }
  const staged = others.findIndex(({ name }) => OURS.test(name) && (!OURS.test(writing.name) || name > writing.name));
  const found = others[staged];
  if (step === "activate") {
    if (found === undefined) {
      throw new KustodyError("KST_ENCRYPTION_CONFIG", `no key of ${provider} is staged`, {
        hint: "run this without --activate first, and bring the file to every API server",
      });
    }
    const edits: YamlEdit[] = [{ op: "move", path, from: staged + 1, to: 0 }];
    return { edits, change: `${found.name} encrypts from now on; ${writing.name} decrypts`, provider, key: found.name };
  }
  if (found !== undefined) return { edits: [], change: `${found.name} is staged already`, provider, key: found.name };
  const edits: YamlEdit[] = [{ op: "insert", path, index: 1, value: fresh }];
  return {
    edits,
    change: `${fresh.name} is added for decrypting; ${writing.name} still encrypts`,
    provider,
    key: fresh.name,
  };
}

function isStatic(provider: Provider): provider is Provider & { readonly kind: StaticRotation["provider"] } {
  return provider.kind === "aescbc" || provider.kind === "aesgcm" || provider.kind === "secretbox";
}
