import { KustodyError, toKustodyError } from "../../kernel/errors.ts";
import type { Clock } from "../../kernel/observe/clock.ts";
import { fakeSpec } from "../../kernel/stores/fake/fake-spec.ts";
import { openFakeStore } from "../../kernel/stores/fake/fake-store.ts";
import { type Identity, identityKey } from "../../kernel/stores/identity.ts";
import type { ReadThrough } from "../../kernel/stores/read-through/read-through.ts";
import type { Store } from "../../kernel/stores/store.ts";
import type { SecretStore, StoreReaders, StoreVerdict } from "../../practices/managers/index.ts";

/** Every store object as the engine reads it: opened once per effective identity, through the shared read-through. */
export function createStoreReaders(readThrough: ReadThrough, clock: Clock): StoreReaders {
  /** Identities in use by store, so that they can be forgotten when the store is edited. */
  const used = new Map<string, Map<string, Identity>>();
  const identityOf = (store: SecretStore): Identity => {
    const { name, namespace, uid = "", generation = 0 } = store.metadata;
    return {
      store: { kind: store.kind, ...(namespace === undefined ? {} : { namespace }), name, uid, generation },
    };
  };
  const open = async (store: SecretStore): Promise<Store> => {
    const { fake } = store.spec.provider;
    if (fake !== undefined) return openFakeStore(fakeSpec.parse(fake));
    throw new KustodyError(
      "KST_STORE_SPEC",
      `provider ${Object.keys(store.spec.provider).join(", ")} is not supported`,
    );
  };
  return {
    reader(store) {
      const identity = identityOf(store);
      const id = `${store.kind}/${store.metadata.namespace ?? ""}/${store.metadata.name}`;
      const identities = used.get(id) ?? new Map<string, Identity>();
      used.set(id, identities.set(identityKey(identity), identity));
      return readThrough.reader(identity, () => open(store));
    },
    async validate(store, signal): Promise<StoreVerdict> {
      let opened: Store;
      try {
        opened = await open(store);
      } catch (error) {
        return { kind: "invalid", message: toKustodyError(error).message };
      }
      try {
        const error = await opened.validate(signal);
        if (error === undefined) return { kind: "valid", writes: opened.write !== undefined };
        return { kind: "failed", message: `${error.error}: ${error.message}` };
      } finally {
        await opened.close();
      }
    },
    async forget(id) {
      const identities = [...(used.get(id)?.values() ?? [])];
      used.delete(id);
      await Promise.all(identities.map((identity) => readThrough.forget(identity)));
      void clock;
    },
  };
}
