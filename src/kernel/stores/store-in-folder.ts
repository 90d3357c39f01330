import { namePattern } from "./name-pattern.ts";
import { refuseKey } from "./refuse-key.ts";
import type { Query, Read, Ref, Store } from "./store.ts";

/** A store of which only the keys below `folder/` can be reached, named without it. */
export function storeInFolder(store: Store, folder: string): Store {
  const prefix = `${folder}/`;
  const inside = (ref: Ref): Ref => ({ ...ref, key: prefix + ref.key });
  const outside = (ref: Ref): Ref | undefined =>
    ref.key.startsWith(prefix) ? { ...ref, key: ref.key.slice(prefix.length) } : undefined;
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
    ...(store.find && {
      async *find({ path, name, ...query }: Query, signal: AbortSignal) {
        // The pattern is about names inside the folder.
        const matches = namePattern(name ?? "");
        const all = (store as Required<Store>).find(
          { ...query, path: path === undefined ? folder : prefix + path },
          signal,
        );
        for await (const ref of below(all)) if (matches(ref.key)) yield ref;
      },
    }),
    ...(store.write && {
      write: async (ref, value, condition, signal) =>
        refuseKey(ref.key) ?? (await (store as Required<Store>).write(inside(ref), value, condition, signal)),
    }),
    ...(store.remove && { remove: (ref, signal) => (store as Required<Store>).remove(inside(ref), signal) }),
    ...(store.versions && { versions: (key, signal) => (store as Required<Store>).versions(prefix + key, signal) }),
    ...(store.watch && { watch: (signal) => below((store as Required<Store>).watch(signal)) }),
    close: () => store.close(),
  };
}
