import { deltaForest, typeOf } from "../../../../kernel/git/objects/delta-forest.ts";
import type { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import type { Pack } from "../../../../kernel/git/objects/pack.ts";
import { BlobWalk, type Change } from "../../../../kernel/git/objects/walk-blobs.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { addRange, type Ranges } from "../../scan/history/dirty-ranges.ts";
import type { HeldValue } from "./held-value.ts";

export interface BlobSearchResult {
  /** Of each blob that holds some, the values; by its id. */
  readonly held: ReadonlyMap<string, ReadonlySet<HeldValue>>;
  readonly blobs: number;
  readonly unreadable: number;
}

/**
 * Looks through every version of every file, packed or not, whether a commit leads to it or not. Of a version that was stored
 * as a change of another one, only what is new is looked at, if the other one held nothing.
 */
export function blobsWithValues(store: ObjectStore, values: readonly HeldValue[]): BlobSearchResult {
  const search = new Search(values);
  if (search.isVain) return { held: search.held, blobs: 0, unreadable: 0 };
  for (const pack of store.packs) searchPack(store, pack, search);
  for (const id of store.looseIds()) {
    const found = store.read(id);
    if (typeof found === "string") search.unreadable += 1;
    else if (found.type === "blob") search.look(found.bytes, undefined, () => id);
  }
  return search;
}

const NOTHING: ReadonlySet<HeldValue> = new Set();

class Search implements BlobSearchResult {
  readonly held = new Map<string, ReadonlySet<HeldValue>>();
  blobs = 0;
  unreadable = 0;
  readonly #values: readonly HeldValue[];
  readonly #longest: number;

  constructor(values: readonly HeldValue[]) {
    this.#values = values.filter(({ needles }) => needles.length > 0);
    this.#longest = Math.max(0, ...this.#values.flatMap(({ needles }) => needles.map(({ size }) => size)));
  }

  get isVain(): boolean {
    return this.#values.length === 0;
  }

  look(bytes: Buffer, change: Change<ReadonlySet<HeldValue>> | undefined, idOf: () => string): ReadonlySet<HeldValue> {
    this.blobs += 1;
    const isClean = change !== undefined && change.base.size === 0;
    const found = isClean ? this.#inPieces(bytes, change) : this.#inside(bytes);
    if (found.size === 0) return NOTHING;
    const id = idOf();
    const before = this.held.get(id);
    this.held.set(id, before === undefined ? found : new Set([...before, ...found]));
    return found;
  }

  #inside(bytes: Buffer): ReadonlySet<HeldValue> {
    // The bytes stay the reader's, which uses them again: they are not wiped here.
    const text = Secret.fromBytes(bytes);
    const found = this.#values.filter(({ needles }) => needles.some((needle) => text.includes(needle)));
    return found.length === 0 ? NOTHING : new Set(found);
  }

  /** What isn't whole in one piece of the base has a new byte, or lies across a seam. */
  #inPieces(bytes: Buffer, { steps: { count, from, to, length } }: Change<unknown>): ReadonlySet<HeldValue> {
    const around = this.#longest - 1;
    const ranges: Ranges = { starts: [], ends: [] };
    for (let step = 0; step < count; step++) {
      const start = to[step] as number;
      const end = (from[step] as number) < 0 ? start + (length[step] as number) : start;
      addRange(ranges, Math.max(start - around, 0), Math.min(end + around, bytes.length));
    }
    const found = ranges.starts.flatMap((start, index) => [...this.#inside(bytes.subarray(start, ranges.ends[index]))]);
    return found.length === 0 ? NOTHING : new Set(found);
  }
}

function searchPack(store: ObjectStore, pack: Pack, search: Search): void {
  const forest = deltaForest(pack);
  const walk = new BlobWalk<ReadonlySet<HeldValue>>(pack, forest, {
    largest: LARGEST_BLOB,
    visit: (rank, bytes, change) => search.look(bytes, change, () => pack.idOf(rank).toString("hex")),
    onProblem: () => {
      search.unreadable += 1;
    },
    readAgain: (from, rank) => store.readPacked(from, rank),
  });
  for (let rank = 0; rank < forest.types.length; rank++) if (typeOf(forest, rank) === "blob") walk.walk(rank);
  for (const { rank } of forest.foreign) {
    const found = store.readPacked(pack, rank);
    if (typeof found === "string") walk.give(rank, found);
    else if (found.type === "blob") walk.walk(rank, found.bytes);
  }
  for (const rank of forest.unreadable) walk.give(rank, "corrupt");
}

/** Larger ones are no manifests. In bytes. */
export const LARGEST_BLOB = 64 * 1024 * 1024;
