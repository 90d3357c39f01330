import type { FieldPath } from "../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { ValueShape } from "../../kernel/secret/value-shape.ts";

/** The file that `--encryption-provider-config` names, in the parts that checks look at. */
export interface EncryptionConfiguration {
  readonly object: KubeObject;
  readonly entries: readonly ResourcesEntry[];
  /** The entry that decides how Secrets are written: the first that covers them. */
  readonly deciding: ResourcesEntry | undefined;
}

/** One item of `resources`: which resources, and the providers of which the first writes and all read. */
export interface ResourcesEntry {
  readonly resources: readonly string[];
  readonly providers: readonly Provider[];
  readonly path: FieldPath;
  /** How it covers Secrets: by their name, by a wildcard, or not. */
  readonly covers: "name" | "wildcard" | "not";
}

export type ProviderKind = "kms" | "aesgcm" | "aescbc" | "secretbox" | "identity" | "unknown";

export interface Provider {
  readonly kind: ProviderKind;
  readonly path: FieldPath;
  readonly index: number;
  /** Fields of a `kms` provider, as far as they are there. */
  readonly name: string | undefined;
  readonly apiVersion: string | undefined;
  readonly endpoint: string | undefined;
  readonly cachesize: unknown;
  /** Keys that stand in the file itself. */
  readonly keys: readonly { readonly name: string; readonly shape: ValueShape; readonly path: FieldPath }[];
}

/** A provider together with what surrounds it. */
export interface PlacedProvider {
  readonly configuration: EncryptionConfiguration;
  readonly entry: ResourcesEntry;
  readonly provider: Provider;
}
