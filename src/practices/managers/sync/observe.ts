import type { KustodyError } from "../../../kernel/errors.ts";
import type { Collection } from "../../../kernel/kube/api/collection.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import type { Resource } from "../../../kernel/kube/object/resource.ts";
import { Namespaces, Secrets } from "../../../kernel/kube/object/resources.ts";
import type { Change } from "../../../kernel/kube/watch/object-store.ts";
import { type Reflector, reflect } from "../../../kernel/kube/watch/reflector.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { MANAGED_LABEL } from "../model/names.ts";
import {
  ClusterSecretStores,
  type ExternalSecret,
  ExternalSecrets,
  type SecretStore,
  SecretStores,
  StorePolicies,
  type StorePolicy,
} from "../model/resources.ts";
import type { ObservedTarget } from "./observed-target.ts";
import { OwnedTargets } from "./owned-targets.ts";
import { slimExternalSecret } from "./parsed-external-secret.ts";
import type { ClusterView } from "./ports.ts";
import { reduceTarget } from "./reduce-target.ts";

export interface MirrorOptions {
  readonly kube: Kube;
  /** Only this namespace, and nothing of the cluster: no cluster stores, policies or namespaces' labels. */
  readonly namespace: string | undefined;
  /** Whether the cluster serves StorePolicy now, so that its list is waited for; it is looked for in any case. */
  readonly withPolicies: boolean;
  readonly printKey: Secret;
  readonly onError: (error: KustodyError) => void;
  readonly onExternalSecret: (change: Change<ExternalSecret>) => void;
  readonly onStore: (change: Change<SecretStore>) => void;
  readonly onTarget: (change: Change<ObservedTarget>) => void;
  /** Who may use what may have changed: the labels of a namespace. */
  readonly onAccess: () => void;
  /** The same, by a policy. */
  readonly onPolicy: (policy: StorePolicy) => void;
}

export interface ClusterMirrors extends Omit<ClusterView, "storeProblem"> {
  /** Resolves when the first lists are complete. */
  readonly synced: Promise<unknown>;
  externalSecrets(): Iterable<ExternalSecret>;
  stores(): Iterable<SecretStore>;
  stop(): Promise<void>;
}

/**
 * Follows everything that the engine decides by. Of Secrets only those with the managed label are watched, and what is kept
 * of them is `ObservedTarget`; of namespaces their labels.
 */
export function mirrorCluster(options: MirrorOptions): ClusterMirrors {
  const { kube, namespace, onError, printKey, withPolicies } = options;
  const everywhere = namespace === undefined;
  const owned = new OwnedTargets();
  const collection = <T extends KubeObject>(resource: Resource<T, true>): Collection<T> =>
    everywhere ? kube.allNamespaces(resource) : kube.namespaced(resource, namespace);
  const whole = <T extends KubeObject>(
    from: Collection<T>,
    onChange: (change: Change<T>) => void,
    reduce: (object: T, before: T | undefined) => T = (object) => object,
  ): Reflector<T> => reflect<T, T>(from, { reduce, onChange, onError });

  const externalSecrets = whole(collection(ExternalSecrets), options.onExternalSecret, slimExternalSecret);
  const stores = whole(collection(SecretStores), options.onStore);
  const clusterStores = everywhere ? whole(kube.cluster(ClusterSecretStores), options.onStore) : undefined;
  // Its CRD may be installed later: the reflector asks again and again, and a policy counts without a restart.
  const policies = everywhere
    ? reflect<StorePolicy, StorePolicy>(kube.cluster(StorePolicies), {
        reduce: (object) => object,
        onChange: ({ value }) => options.onPolicy(value),
        onError: (error) => {
          if (error.code !== "KST_KUBE_NOT_FOUND") onError(error);
        },
      })
    : undefined;
  const namespaces = everywhere
    ? reflect(kube.allMetadata(Namespaces), {
        reduce: ({ metadata }) => metadata.labels ?? {},
        onChange: options.onAccess,
        onError,
      })
    : undefined;
  const targets = reflect(collection(Secrets), {
    labelSelector: `${MANAGED_LABEL}=true`,
    reduce: (secret) => reduceTarget(secret, printKey),
    onChange: (change) => {
      if (change.type === "deleted") owned.remove(change.ref, change.value);
      else owned.add(change.ref, change.value);
      options.onTarget(change);
    },
    onError,
  });
  const all = [externalSecrets, stores, clusterStores, policies, namespaces, targets].filter(
    (one) => one !== undefined,
  );
  const awaited = all.filter((one) => one !== policies || withPolicies);
  return {
    synced: Promise.all(awaited.map(({ synced }) => synced)),
    externalSecret: (ref) => externalSecrets.get(ref),
    externalSecrets: () => externalSecrets.values(),
    store: ({ kind, name }, from) =>
      kind === "ClusterSecretStore" ? clusterStores?.get({ name }) : stores.get({ namespace: from, name }),
    *stores() {
      yield* stores.values();
      if (clusterStores !== undefined) yield* clusterStores.values();
    },
    *policies(): Generator<StorePolicy> {
      if (policies !== undefined) yield* policies.values();
    },
    namespaceLabels: (name) => namespaces?.get({ name }),
    target: (ref) => targets.get(ref),
    ownedBy: (ref) => owned.of(ref),
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
}
