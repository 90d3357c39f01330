import { existsSync } from "node:fs";
import { readAwsEnvironment } from "../../../kernel/config/aws-environment.ts";
import { readEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { Namespaces } from "../../../kernel/kube/object/resources.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { openStore, type StorePorts } from "../../../kernel/stores/open-store.ts";
import { dependsOnAsker, resolveSpec } from "../../../kernel/stores/resolve-spec.ts";
import type { ResolvedSpec } from "../../../kernel/stores/resolved-spec.ts";
import type { Store } from "../../../kernel/stores/store.ts";
import type { ExternalizePorts } from "../../../practices/git/externalize/index.ts";
import { admits, permitsOf, type SecretStore, StorePolicies } from "../../../practices/managers/index.ts";
import { createStorePorts } from "../../operator/store-ports.ts";
import { identityOf, scopeOf } from "../../operator/store-readers.ts";
import type { ExternalizeFlags } from "./externalize-command.ts";
import type { LazyKube } from "./lazy-kube.ts";
import { type StoreName, storeInCluster, storeInFile } from "./store-object.ts";

export interface TargetStores extends ExternalizePorts, AsyncDisposable {}

/**
 * The store that ExternalSecrets of each namespace would read, opened for writing with the credentials that its object names,
 * resolved as the operator resolves them. Errors: KST_KUBE_*, KST_STORE_SPEC, KST_REFERENCE_FOREIGN, when one is asked for.
 */
export function targetStores(name: StoreName, flags: ExternalizeFlags, cluster: LazyKube): TargetStores {
  const ports = lazyPorts(cluster, flags.localStore);
  const isDry = flags.apply !== true;
  const objects = new Map<string, Promise<SecretStore>>();
  const opened = new Map<string, Promise<Store>>();

  const objectFor = (namespace: string): Promise<SecretStore> => {
    const key = name.kind === "ClusterSecretStore" ? "" : namespace;
    return once(objects, key, async () => {
      if (flags.storeFile === undefined) return await storeInCluster(name, namespace, cluster);
      return inNamespace(storeInFile(name, flags.storeFile), namespace);
    });
  };
  return {
    async store(namespace) {
      const object = await objectFor(namespace);
      refuseSlashes(object, flags.key);
      const resolved = resolveSpec(object.spec.provider, scopeOf(object, namespace));
      const spec = resolved.kind === "local" && isDry && isNotThere(flags.localStore) ? EMPTY : resolved;
      const asker = dependsOnAsker(spec) ? namespace : undefined;
      const key = name.kind === "SecretStore" ? namespace : (asker ?? "");
      return await once(opened, key, () => openStore(spec, identityOf(object, asker), ports));
    },
    async whyClosed(namespace, key) {
      const object = await objectFor(namespace);
      const inCluster = flags.storeFile === undefined;
      return whyClosed(object, namespace, key, inCluster ? await cluster.get() : undefined);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...opened.values()].map(async (store) => (await store).close()));
    },
  };
}

/** Opening the local store would make its key: a dry run makes nothing. */
const EMPTY: ResolvedSpec = { kind: "fake", fake: { data: [] } };

function isNotThere(file: string | undefined): boolean {
  return file !== undefined && !existsSync(file);
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let one = known.get(key);
  if (one === undefined) known.set(key, (one = make()));
  return one;
}

/** A SecretStore of a file stands for one in each namespace, unless it says in which. */
function inNamespace(store: SecretStore, namespace: string): SecretStore {
  if (store.kind !== "SecretStore") return store;
  const own = store.metadata.namespace ?? namespace;
  if (own === namespace) return { ...store, metadata: { ...store.metadata, namespace } };
  throw new KustodyError(
    "KST_STORE_SPEC",
    `the SecretStore is of namespace ${own}, and a manifest is for ${namespace}`,
    {
      hint: "name a ClusterSecretStore, or externalize namespace by namespace",
    },
  );
}

/** The Kubernetes provider's keys are names of Secrets. */
function refuseSlashes({ spec }: SecretStore, pattern: string): void {
  if (spec.provider["kubernetes"] === undefined || !pattern.includes("/")) return;
  throw new KustodyError("KST_STORE_SPEC", "the store keeps values in Secrets, whose names have no slash", {
    hint: "give --key '{namespace}.{name}'",
  });
}

type Connected = Awaited<ReturnType<LazyKube["get"]>>;

async function whyClosed(
  store: SecretStore,
  namespace: string,
  key: string,
  kube: Connected | undefined,
): Promise<string | undefined> {
  const found = await kube?.cluster(Namespaces).find(namespace);
  const asking = { name: namespace, labels: found?.metadata.labels ?? {} };
  if (store.kind === "ClusterSecretStore" && !admits(store.spec.conditions, asking).admitted) {
    return `the conditions of ClusterSecretStore ${store.metadata.name} do not admit namespace ${namespace}`;
  }
  return permitsOf(await policiesOf(kube), store, asking)({ key })?.message;
}

/** Where policies may not be listed, or are not known, the operator decides later. */
async function policiesOf(kube: Connected | undefined) {
  try {
    return (await kube?.cluster(StorePolicies).list())?.items ?? [];
  } catch (error) {
    if (error instanceof KustodyError && /^KST_KUBE_(NOT_FOUND|FORBIDDEN)$/.test(error.code)) return [];
    throw error;
  }
}

function lazyPorts(cluster: LazyKube, file: string | undefined): StorePorts {
  let made: Promise<StorePorts> | undefined;
  const ports = (): Promise<StorePorts> => (made ??= cluster.get().then((kube) => createStorePorts(kube, undefined)));
  const { localKey } = readEnvironment();
  return {
    clock: systemClock,
    secret: async (...given) => (await ports()).secret(...given),
    configMap: async (...given) => (await ports()).configMap(...given),
    serviceAccountToken: async (...given) => (await ports()).serviceAccountToken(...given),
    serviceAccountAnnotations: async (...given) => (await (await ports()).serviceAccountAnnotations?.(...given)) ?? {},
    aws: readAwsEnvironment(),
    ...(file === undefined ? {} : { local: localKey === undefined ? { file } : { file, key: localKey } }),
  };
}
