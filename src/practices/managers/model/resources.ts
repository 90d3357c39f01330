import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import { clusterResource, namespacedResource } from "../../../kernel/kube/object/resource.ts";
import type { ExternalSecretSpec, ExternalSecretStatus } from "./external-secret-spec.ts";
import type { SecretStoreSpec, SecretStoreStatus } from "./secret-store-spec.ts";
import type { StorePolicySpec } from "./store-policy-spec.ts";

export interface ExternalSecret extends KubeObject {
  readonly spec: ExternalSecretSpec;
  readonly status?: ExternalSecretStatus;
}

/** A SecretStore or a ClusterSecretStore: its kind tells. */
export interface SecretStore extends KubeObject {
  readonly spec: SecretStoreSpec;
  readonly status?: SecretStoreStatus;
}

export interface StorePolicy extends KubeObject {
  readonly spec: StorePolicySpec;
}

const ESO = "external-secrets.io/v1";

// Their specs are parsed where they are used, so that one object that doesn't fit gets a condition and stops no other.
export const ExternalSecrets = namespacedResource<ExternalSecret>(ESO, "ExternalSecret", "externalsecrets");
export const SecretStores = namespacedResource<SecretStore>(ESO, "SecretStore", "secretstores");
export const ClusterSecretStores = clusterResource<SecretStore>(ESO, "ClusterSecretStore", "clustersecretstores");
export const StorePolicies = clusterResource<StorePolicy>("kustody.dev/v1alpha1", "StorePolicy", "storepolicies");
