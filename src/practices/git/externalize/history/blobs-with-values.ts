import { deltaForest, typeOf } from "../../../../kernel/git/objects/delta-forest.ts";
import type { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import type { Pack } from "../../../../kernel/git/objects/pack.ts";
import { BlobWalk } from "../../../../kernel/git/objects/walk-blobs.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { HeldValue } from "./held-value.ts";

export interface BlobSearchResult {
  /** Of each blob that holds some, the values; by its id. */
  readonly held: ReadonlyMap<string, ReadonlySet<HeldValue>>;
  readonly blobs: number;
  readonly unreadable: number;
}

/** Looks through every version of every file, packed or not, whether a commit leads to it or not. */
export function blobsWithValues(store: ObjectStore, values: readonly HeldValue[]): BlobSearchResult {
  const held = new Map<string, Set<HeldValue>>();
  const told = values.filter(({ needles }) => needles.length > 0);
  let blobs = 0;
  let unreadable = 0;
  const look = (bytes: Buffer, idOf: () => string): void => {
    blobs += 1;
    // The bytes stay the reader's, which uses them again: they are not wiped here.
    const text = Secret.fromBytes(bytes);
    const found = told.filter(({ needles }) => needles.some((needle) => text.includes(needle)));
    if (found.length === 0) return;
    const id = idOf();
    held.set(id, new Set([...(held.get(id) ?? []), ...found]));
  };
  if (told.length === 0) return { held, blobs, unreadable };
  for (const pack of store.packs) unreadable += searchPack(store, pack, look);
  for (const id of store.looseIds()) {
    const found = store.read(id);
    if (typeof found === "string") unreadable += 1;
    else if (found.type === "blob") look(found.bytes, () => id);
  }
  return { held, blobs, unreadable };
}

/** How many objects could not be read. */
function searchPack(store: ObjectStore, pack: Pack, look: (bytes: Buffer, idOf: () => string) => void): number {
  let unreadable = 0;
  const forest = deltaForest(pack);
  const walk = new BlobWalk<undefined>(pack, forest, {
    largest: LARGEST_BLOB,
    visit: (rank, bytes) => {
      look(bytes, () => pack.idOf(rank).toString("hex"));
      return undefined;
    },
    onProblem: () => {
      unreadable += 1;
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
  return unreadable;
}

/** Larger ones are no manifests. In bytes. */
export const LARGEST_BLOB = 64 * 1024 * 1024;
