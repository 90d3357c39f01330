import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { inflateExactly, longestDeflated } from "./inflate.ts";
import type { ObjectType } from "./object-problem.ts";
import { findId, type PackIndex } from "./pack-index.ts";

/** What stands before an object's bytes in a pack. */
export interface EntryHead {
  /** Undefined: it is a delta. */
  readonly type: ObjectType | undefined;
  /** Of the inflated bytes. */
  readonly size: number;
  /** Where the deflated bytes begin. */
  readonly dataOffset: number;
  /** Of a delta: where its base is in this pack, or which it is. */
  readonly baseOffset?: number;
  readonly baseId?: Buffer;
}

const TYPES: readonly (ObjectType | undefined)[] = [undefined, "commit", "tree", "blob", "tag"];
const OFS_DELTA = 6;
const REF_DELTA = 7;
const LONGEST_HEAD = 20 + 32;
const HEADER = 12;
const SCRATCH = 64 * 1024;
const AHEAD = 16 * 1024;

/** A pack that is read piece by piece (https://git-scm.com/docs/pack-format). It keeps a file open. */
export class Pack implements Disposable {
  readonly index: PackIndex;
  readonly hashLength: number;
  readonly size: number;
  /** Positions in the index in the order of the pack, and where each begins. */
  readonly order: Uint32Array;
  readonly offsets: Float64Array;
  readonly #file: number;
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH);
  /** What the scratch holds: objects that are made from each other mostly stand together. */
  #at = 0;
  #end = 0;
  readonly #delta = Buffer.allocUnsafeSlow(SCRATCH);

  /** Throws what `open` throws. */
  constructor(file: string, index: PackIndex, hashLength: number) {
    this.index = index;
    this.hashLength = hashLength;
    this.#file = openSync(file, "r");
    this.size = fstatSync(this.#file).size;
    const unsorted = Float64Array.from({ length: index.count }, (_, position) => index.offsetAt(position));
    this.order = sortedOrder(unsorted);
    this.offsets = Float64Array.from(this.order, (position) => unsorted[position] ?? 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** The rank (place in the pack's order) of the object that begins at an offset, or has an id; -1 where there is none. */
  rankAt(offset: number): number {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offsets[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return this.offsets[low] === offset ? low : -1;
  }

  rankOf(id: Buffer): number {
    const position = findId(this.index.ids, this.hashLength, id);
    return position < 0 ? -1 : this.rankAt(this.index.offsetAt(position));
  }

  idOf(rank: number): Buffer {
    const at = (this.order[rank] ?? 0) * this.hashLength;
    return this.index.ids.subarray(at, at + this.hashLength);
  }

  /** Undefined where nothing of the format stands. */
  headOf(rank: number, bytes = this.#read(this.offsets[rank] ?? 0, LONGEST_HEAD)): EntryHead | undefined {
    const offset = this.offsets[rank] ?? 0;
    let at = 0;
    let byte = bytes[at++] ?? 0;
    const kind = (byte >> 4) & 7;
    let size = byte & 0x0f;
    for (let factor = 16; (byte & 0x80) !== 0; factor *= 128) {
      if (at >= bytes.length || at > 10) return undefined;
      byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) * factor;
    }
    if (kind === REF_DELTA) {
      const baseId = Buffer.from(bytes.subarray(at, at + this.hashLength));
      return { type: undefined, size, baseId, dataOffset: offset + at + this.hashLength };
    }
    if (kind === OFS_DELTA) {
      byte = bytes[at++] ?? 0;
      let distance = byte & 0x7f;
      while ((byte & 0x80) !== 0) {
        if (at >= bytes.length) return undefined;
        byte = bytes[at++] ?? 0;
        distance = (distance + 1) * 128 + (byte & 0x7f);
      }
      return { type: undefined, size, baseOffset: offset - distance, dataOffset: offset + at };
    }
    const type = TYPES[kind];
    return type === undefined || at > bytes.length ? undefined : { type, size, dataOffset: offset + at };
  }

  /** Undefined where the deflated bytes are damaged. */
  inflate(rank: number, dataOffset: number, size: number, room?: Buffer): Buffer | undefined {
    const end = this.offsets[rank + 1] ?? this.size - this.hashLength;
    const stored = Math.min(end - dataOffset, longestDeflated(size));
    if (!(stored > 0)) return undefined;
    return inflateExactly(this.#read(dataOffset, stored), size, room);
  }

  /** The same of a delta: bytes that stay until the next call. */
  inflateDelta(rank: number, dataOffset: number, size: number): Buffer | undefined {
    return this.inflate(rank, dataOffset, size, this.#delta);
  }

  /** Bytes that stay until the next call. */
  #read(offset: number, length: number): Buffer {
    if (!(offset >= HEADER && offset < this.size)) return Buffer.alloc(0);
    const wanted = Math.min(length, this.size - offset);
    if (wanted > this.#scratch.length) {
      // Large ones are rare: their buffer does not stay.
      const own = Buffer.allocUnsafe(wanted);
      return own.subarray(0, readSync(this.#file, own, 0, wanted, offset));
    }
    if (offset < this.#at || offset + wanted > this.#end) {
      const ahead = Math.min(Math.max(wanted, AHEAD), this.size - offset);
      this.#at = offset;
      this.#end = offset; // nothing, should it throw
      this.#end = offset + readSync(this.#file, this.#scratch, 0, ahead, offset);
    }
    return this.#scratch.subarray(offset - this.#at, Math.min(offset + wanted, this.#end) - this.#at);
  }

  /** Reads on from `offset` into a buffer, for whoever looks at all of the pack. */
  readInto(buffer: Buffer, offset: number): number {
    return offset >= this.size ? 0 : readSync(this.#file, buffer, 0, buffer.length, offset);
  }
}

/** Positions sorted by value: by digits of 16 bits, from the last to the first. */
function sortedOrder(values: Float64Array): Uint32Array {
  let order = Uint32Array.from(values, (_, position) => position);
  if (values.length < 0x10000) return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  for (let divisor = 1; divisor <= most; divisor *= 0x10000) {
    const starts = new Uint32Array(0x10001);
    const digit = (position: number): number => Math.floor((values[position] as number) / divisor) % 0x10000;
    for (const position of order) starts[digit(position) + 1] = (starts[digit(position) + 1] ?? 0) + 1;
    for (let index = 1; index <= 0x10000; index++) starts[index] = (starts[index] ?? 0) + (starts[index - 1] ?? 0);
    const next = new Uint32Array(order.length);
    for (const position of order) {
      const place = starts[digit(position)] as number;
      starts[digit(position)] = place + 1;
      next[place] = position;
    }
    order = next;
  }
  return order;
}
