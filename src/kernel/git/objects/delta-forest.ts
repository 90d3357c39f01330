import type { ObjectType } from "./object-problem.ts";
import type { Pack } from "./pack.ts";

/** Which object of a pack is made from which, by rank. Typed arrays: a large repository has millions. */
export interface DeltaForest {
  /** 0: unreadable or a delta, else the place of the type in TYPES plus one. */
  readonly types: Uint8Array;
  readonly sizes: Float64Array;
  readonly dataOffsets: Float64Array;
  /** The first delta on this object, and the next one on the same base; -1: none. */
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** Deltas whose base is not in this pack, with its id. */
  readonly foreign: readonly { readonly rank: number; readonly base: Buffer }[];
  /** Where no object can be told from the bytes, or its base is none. */
  readonly unreadable: readonly number[];
}

const TYPES: readonly ObjectType[] = ["commit", "tree", "blob", "tag"];
const WINDOW = 4 * 1024 * 1024;
const LONGEST_HEAD = 64;

/** Reads all heads of a pack in one go through the file. */
export function deltaForest(pack: Pack): DeltaForest {
  const count = pack.offsets.length;
  const forest = {
    types: new Uint8Array(count),
    sizes: new Float64Array(count),
    dataOffsets: new Float64Array(count),
    firstChild: new Int32Array(count).fill(-1),
    nextSibling: new Int32Array(count).fill(-1),
    foreign: [] as { rank: number; base: Buffer }[],
    unreadable: [] as number[],
  };
  const window = Buffer.allocUnsafe(WINDOW);
  let windowAt = -1;
  let windowEnd = -1;
  // From the last to the first, so that children are listed in the order of the pack.
  const parents = new Int32Array(count).fill(-1);
  for (let rank = 0; rank < count; rank++) {
    const offset = pack.offsets[rank] ?? 0;
    if (offset < windowAt || offset + LONGEST_HEAD > windowEnd) {
      windowAt = offset;
      windowEnd = offset + pack.readInto(window, offset);
    }
    const head = pack.headOf(rank, window.subarray(offset - windowAt, Math.max(windowEnd - windowAt, 0)));
    if (head === undefined || offset >= pack.size) {
      forest.unreadable.push(rank);
      continue;
    }
    forest.sizes[rank] = head.size;
    forest.dataOffsets[rank] = head.dataOffset;
    if (head.type !== undefined) forest.types[rank] = TYPES.indexOf(head.type) + 1;
    else if (head.baseId !== undefined) {
      parents[rank] = pack.rankOf(head.baseId);
      if (parents[rank] === -1) forest.foreign.push({ rank, base: head.baseId });
    } else {
      parents[rank] = pack.rankAt(head.baseOffset ?? -1);
      if ((parents[rank] ?? -1) === -1 || (parents[rank] ?? 0) >= rank) {
        parents[rank] = -1;
        forest.unreadable.push(rank);
      }
    }
  }
  for (let rank = count - 1; rank >= 0; rank--) {
    const parent = parents[rank] ?? -1;
    if (parent < 0) continue;
    forest.nextSibling[rank] = forest.firstChild[parent] ?? -1;
    forest.firstChild[parent] = rank;
  }
  return forest;
}

export function typeOf(forest: DeltaForest, rank: number): ObjectType | undefined {
  return TYPES[(forest.types[rank] ?? 0) - 1];
}
