import { readFileSync, statSync } from "node:fs";

/** Which objects a pack has and where: sorted by id. */
export interface PackIndex {
  readonly count: number;
  /** `count` ids, one after the other. */
  readonly ids: Buffer;
  offsetAt(position: number): number;
}

const MAGIC = 0xff744f63;
const HEAD = 8;
const FANOUT = 256 * 4;
const LARGEST_INDEX = 2 ** 31 - 1;

/** Reads an index of version 2 (https://git-scm.com/docs/pack-format); undefined where it is none, or damaged. */
export function readPackIndex(file: string, hashLength: number): PackIndex | undefined {
  try {
    if (statSync(file).size > LARGEST_INDEX) return undefined;
    return parsePackIndex(readFileSync(file), hashLength);
  } catch {
    return undefined;
  }
}

export function parsePackIndex(bytes: Buffer, hashLength: number): PackIndex | undefined {
  if (bytes.length < HEAD + FANOUT || bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== 2) return undefined;
  const count = bytes.readUInt32BE(HEAD + FANOUT - 4);
  const idsAt = HEAD + FANOUT;
  const offsetsAt = idsAt + count * (hashLength + 4);
  const largeAt = offsetsAt + count * 4;
  const end = bytes.length - 2 * hashLength;
  if (largeAt > end) return undefined;
  return {
    count,
    ids: bytes.subarray(idsAt, idsAt + count * hashLength),
    offsetAt: (position) => {
      const short = bytes.readUInt32BE(offsetsAt + position * 4);
      if (short < 0x80000000) return short;
      const at = largeAt + (short - 0x80000000) * 8;
      // An offset that leads nowhere: reading there fails, and is told.
      return at + 8 > end ? Number.MAX_SAFE_INTEGER : Number(bytes.readBigUInt64BE(at));
    },
  };
}

/** Where an id stands among sorted ones; -1 where it does not. */
export function findId(ids: Buffer, hashLength: number, id: Buffer): number {
  let low = 0;
  let high = ids.length / hashLength;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = ids.compare(id, 0, hashLength, middle * hashLength, (middle + 1) * hashLength);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

/** The first 52 bits of an id as a number. */
export function idPrefix(ids: Buffer, at: number): number {
  return ids.readUIntBE(at, 6) * 16 + ((ids[at + 6] as number) >> 4);
}

/** Whether some of the sorted ids begins with these 52 bits. */
export function hasPrefix(ids: Buffer, hashLength: number, prefix: number): boolean {
  let low = 0;
  let high = ids.length / hashLength;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (idPrefix(ids, middle * hashLength) < prefix) low = middle + 1;
    else high = middle;
  }
  return low * hashLength < ids.length && idPrefix(ids, low * hashLength) === prefix;
}
