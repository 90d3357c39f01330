import { readFileSync } from "node:fs";
import type { PackIndex } from "./pack-index.ts";

const MAGIC = 0x4d494458; // MIDX
const CHUNKS_AT = 12;
const CHUNK_ENTRY = 12;

/**
 * The indexes of packs out of a multi-pack-index (https://git-scm.com/docs/pack-format), by the name of the pack's own index.
 * It serves where a pack's own is missing or damaged; objects that are in more than one pack stand for one of them only.
 */
export function readMultiPackIndex(file: string, hashLength: number): ReadonlyMap<string, PackIndex> {
  try {
    return parseMultiPackIndex(readFileSync(file), hashLength);
  } catch {
    return new Map(); // there is none, or it leads out of itself
  }
}

/** Throws RangeError where it is damaged. */
export function parseMultiPackIndex(bytes: Buffer, hashLength: number): ReadonlyMap<string, PackIndex> {
  if (bytes.readUInt32BE(0) !== MAGIC || bytes[4] !== 1) return new Map();
  const chunks = new Map<string, Buffer>();
  for (let index = 0; index < (bytes[6] ?? 0); index++) {
    const at = CHUNKS_AT + index * CHUNK_ENTRY;
    const start = Number(bytes.readBigUInt64BE(at + 4));
    const end = Number(bytes.readBigUInt64BE(at + 4 + CHUNK_ENTRY));
    chunks.set(bytes.toString("latin1", at, at + 4), bytes.subarray(start, end));
  }
  const chunk = (name: string): Buffer => chunks.get(name) ?? Buffer.alloc(0);
  const names = chunk("PNAM").toString("utf8").split("\0");
  const [ids, places, large] = [chunk("OIDL"), chunk("OOFF"), chunk("LOFF")];
  const count = Math.floor(ids.length / hashLength);
  const members = new Map<number, number[]>();
  for (let position = 0; position < count; position++) {
    const pack = places.readUInt32BE(position * 8);
    const list = members.get(pack);
    if (list === undefined) members.set(pack, [position]);
    else list.push(position);
  }
  const offsetAt = (position: number): number => {
    const short = places.readUInt32BE(position * 8 + 4);
    if (short < 0x80000000 || large.length === 0) return short;
    return Number(large.readBigUInt64BE((short - 0x80000000) * 8));
  };
  const indexes = new Map<string, PackIndex>();
  for (const [pack, positions] of members) {
    indexes.set(names[pack] ?? "", {
      count: positions.length,
      ids: Buffer.concat(positions.map((position) => ids.subarray(position * hashLength, (position + 1) * hashLength))),
      offsetAt: (position) => offsetAt(positions[position] ?? 0),
    });
  }
  return indexes;
}
