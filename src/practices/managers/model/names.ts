import { createHash } from "node:crypto";

/**
 * The names that External Secrets Operator writes into objects. Kustody writes the same, so that either can take over
 * from the other without rewriting a Secret.
 */
export const MANAGED_LABEL = "reconcile.external-secrets.io/managed";
export const CREATED_BY_LABEL = "reconcile.external-secrets.io/created-by";
export const DATA_HASH_ANNOTATION = "reconcile.external-secrets.io/data-hash";
export const CLEANUP_FINALIZER = "externalsecrets.external-secrets.io/externalsecret-cleanup";
export const DEFAULT_CONTROLLER_CLASS = "default";

/** Acknowledges held deletions, on a store: any new value counts. */
export const ACKNOWLEDGE_DELETION_ANNOTATION = "kustody.dev/acknowledge-deletion";

/** Longest field manager that the API server takes is 128 characters; upstream shortens from 63 on. */
const LONGEST_PLAIN_NAME = 63;

/** The field manager under which an ExternalSecret's target is written. */
export function fieldManagerOf(externalSecretName: string): string {
  const plain = `externalsecrets.external-secrets.io/${externalSecretName}`;
  if (externalSecretName.length <= LONGEST_PLAIN_NAME) return plain;
  return `externalsecrets.external-secrets.io/sha3/${sha3(externalSecretName)}`;
}

/** The value of the created-by label: SHA3-224 of `namespace/name`, in hex. It is no secret. */
export function createdByOf(namespace: string, name: string): string {
  return sha3(`${namespace}/${name}`);
}

/** Go's `%v` and `%+v` of a map[string]string: entries sorted by key, separated by spaces. */
function goMap(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
}

/**
 * `status.syncedResourceVersion`: the generation and a hash of annotations and labels, so that any change of either,
 * such as a new `force-sync` annotation, counts as a change.
 */
export function syncedResourceVersionOf(metadata: {
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}): string {
  const printed = `{annotations:${goMap(metadata.annotations)} labels:${goMap(metadata.labels)}}`;
  return `${metadata.generation ?? 0}-${sha3(printed)}`;
}

function sha3(text: string): string {
  return createHash("sha3-224").update(text).digest("hex");
}
