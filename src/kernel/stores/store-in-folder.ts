import { namePattern } from "./name-pattern.ts";
import { refuseKey } from "./refuse-key.ts";
import type { Query, Read, Ref, Store } from "./store.ts";

/** A store of which only the keys below `folder/` can be reached, named without it. */
export function storeInFolder(store: Store, folder: string): Store {
  const prefix = `${folder}/`;
  const inside = (ref: Ref): Ref => ({ ...ref, key: prefix + ref.key });
  const outside = (ref: Ref): Ref | undefined =>
    ref.key.startsWith(prefix) ? { ...ref, key: ref.key.slice(prefix.length) } : undefined;
  const { find, write, remove, versions, watch } = store;
  async function* below(refs: AsyncIterable<Ref>): AsyncGenerator<Ref, void, undefined> {
    for await (const ref of refs) {
      const own = outside(ref);
      if (own !== undefined) yield own;
    }
  }
  return {
    ...(store.batchSize === undefined ? {} : { batchSize: store.batchSize }),
    async read(refs, known, signal) {
      const pairs = refs.map((ref) => [ref, inside(ref)] as const);
      const versionsKnown = new Map(
        pairs.flatMap(([ref, own]) => (known.has(ref) ? [[own, known.get(ref) as string] as const] : [])),
      );
      const reads = await store.read(
        pairs.map(([, own]) => own),
        versionsKnown,
        signal,
      );
      return new Map(pairs.map(([ref, own]) => [ref, reads.get(own) as Read]));
    },
    validate: (signal) => store.validate(signal),
    ...(find && {
      async *find({ path, name, ...query }: Query, signal: AbortSignal) {
        // The pattern is about names inside the folder.
        const matches = namePattern(name ?? "");
        const all = find.call(store, { ...query, path: path === undefined ? folder : prefix + path }, signal);
        for await (const ref of below(all)) if (matches(ref.key)) yield ref;
      },
    }),
    ...(write && {
      write: async (ref, value, condition, signal) =>
        refuseKey(ref.key) ?? (await write.call(store, inside(ref), value, condition, signal)),
    }),
    ...(remove && { remove: (ref, signal) => remove.call(store, inside(ref), signal) }),
    ...(versions && { versions: (key, signal) => versions.call(store, prefix + key, signal) }),
    ...(watch && { watch: (signal) => below(watch.call(store, signal)) }),
    close: () => store.close(),
  };
}
