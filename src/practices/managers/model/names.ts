import { esoCreatedBy, esoFieldManager, esoSyncedResourceVersion } from "../../../kernel/stores/value/eso-hashes.ts";

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

/** The field manager under which an ExternalSecret's target is written. */
export const fieldManagerOf = esoFieldManager;

/** The value of the created-by label: SHA3-224 of `namespace/name`, in hex. It is no secret. */
export const createdByOf = esoCreatedBy;

/**
 * `status.syncedResourceVersion`: the generation and a hash of annotations and labels, so that any change of either,
 * such as a new `force-sync` annotation, counts as a change.
 */
export const syncedResourceVersionOf = esoSyncedResourceVersion;

/** Secret types that are credentials of the cluster itself: to write one is to be given an identity (CVE-2026-42876). */
export const PRIVILEGED_SECRET_TYPES: ReadonlySet<string> = new Set([
  "kubernetes.io/service-account-token",
  "bootstrap.kubernetes.io/token",
]);
