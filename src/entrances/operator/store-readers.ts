import { type KustodyError, toKustodyError } from "../../kernel/errors.ts";
import { type Identity, identityKey } from "../../kernel/stores/identity.ts";
import { openStore, type StorePorts } from "../../kernel/stores/open-store.ts";
import type { ReadThrough } from "../../kernel/stores/read-through/read-through.ts";
import type { ReferenceScope } from "../../kernel/stores/resolve-reference.ts";
import { dependsOnAsker, PROVIDERS, resolveSpec } from "../../kernel/stores/resolve-spec.ts";
import type { ResolvedSpec } from "../../kernel/stores/resolved-spec.ts";
import type { Store } from "../../kernel/stores/store.ts";
import { type SecretStore, type StoreReaders, type StoreVerdict, storeKey } from "../../practices/managers/index.ts";
import { measuredKind, type ProviderMetrics } from "./provider-metrics.ts";

interface Resolved {
  readonly spec: ResolvedSpec;
  readonly identity: Identity;
}

/**
 * Every store object as the engine reads it: opened once per effective identity, through the shared read-through. Where
 * credentials come from the asking namespace, the namespace is part of the identity; everybody else shares one.
 */
export function createStoreReaders(
  readThrough: ReadThrough,
  ports: StorePorts,
  measured: ProviderMetrics["measured"],
): StoreReaders {
  /** What each object of a store resolves to, by asking namespace; the objects are those of the watch, new when edited. */
  const resolved = new WeakMap<SecretStore, Map<string, Resolved>>();
  /** Identities in use by store, so that they can be forgotten when the store is edited. */
  const used = new Map<string, Map<string, Identity>>();

  const resolve = (store: SecretStore, asker: string): Resolved => {
    const known = resolved.get(store) ?? new Map<string, Resolved>();
    resolved.set(store, known);
    let found = known.get(asker);
    if (found === undefined) {
      const spec = resolveSpec(store.spec.provider, scopeOf(store, asker));
      found = { spec, identity: identityOf(store, dependsOnAsker(spec) ? asker : undefined) };
      known.set(asker, found);
    }
    return found;
  };

  return {
    reader(store, namespace) {
      const { spec, identity } = resolve(store, namespace);
      const id = storeKey(store);
      const identities = used.get(id) ?? new Map<string, Identity>();
      used.set(id, identities.set(identityKey(identity), identity));
      return readThrough.reader(identity, async () =>
        measured(measuredKind(spec), await openStore(spec, identity, ports)),
      );
    },
    validate: (store, signal) => validate(store, ports, measured, signal),
    async forget(id) {
      const identities = [...(used.get(id)?.values() ?? [])];
      used.delete(id);
      await Promise.all(identities.map((identity) => readThrough.forget(identity)));
    },
  };
}

async function validate(
  store: SecretStore,
  ports: StorePorts,
  measured: ProviderMetrics["measured"],
  signal: AbortSignal,
): Promise<StoreVerdict> {
  const names = Object.keys(store.spec.provider);
  if (!names.some((name) => Object.hasOwn(PROVIDERS, name))) {
    return { kind: "unsupported", message: `provider ${names.join(", ").slice(0, 100)} is not supported yet` };
  }
  let opened: Store;
  let unused: readonly string[] = [];
  try {
    const spec = resolveSpec(store.spec.provider, scopeOf(store, PLACEHOLDER));
    if (spec.kind === "vault" || spec.kind === "aws") unused = spec.unused;
    if (dependsOnAsker(spec)) return { kind: "unknown", writes: true, unused };
    opened = measured(measuredKind(spec), await openStore(spec, identityOf(store, undefined), ports));
  } catch (cause) {
    const error = toKustodyError(cause);
    // What may pass by itself is no reason to stop asking.
    return { kind: mayPass(error) ? "failed" : "invalid", message: error.message };
  }
  try {
    const error = await opened.validate(signal);
    if (error === undefined) return { kind: "valid", writes: opened.write !== undefined, unused };
    return { kind: "failed", message: `${error.error}: ${error.message}` };
  } finally {
    await opened.close();
  }
}

/** Stands for whoever will ask, while a cluster store is looked at by itself. */
const PLACEHOLDER = "default";

function mayPass({ retry, code }: KustodyError): boolean {
  return retry !== "never" || code === "KST_KUBE_NOT_FOUND" || code === "KST_KUBE_FORBIDDEN";
}

export function scopeOf(store: SecretStore, asker: string): ReferenceScope {
  return store.kind === "ClusterSecretStore"
    ? { storeKind: "ClusterSecretStore", asker }
    : { storeKind: "SecretStore", namespace: store.metadata.namespace ?? "" };
}

export function identityOf({ kind, metadata }: SecretStore, asker: string | undefined): Identity {
  const { name, namespace, uid = "", generation = 0 } = metadata;
  return {
    store: { kind, ...(namespace === undefined ? {} : { namespace }), name, uid, generation },
    ...(asker === undefined ? {} : { namespace: asker }),
  };
}
