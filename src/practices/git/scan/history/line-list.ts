const MULTIPLY_1 = 0x9e3779b1 | 0;
const MULTIPLY_2 = 0x85ebca77 | 0;

/** The lines of a piece of a text with their hashes, without blank ones. One list serves for all texts. */
export class LineList {
  starts = new Float64Array(1024);
  /** Behind the line break. */
  ends = new Float64Array(1024);
  h1 = new Int32Array(1024);
  h2 = new Int32Array(1024);
  /** How many line breaks are between a line and the one before. */
  gaps = new Int32Array(1024);
  flags = new Uint8Array(1024);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** Adds the lines of `bytes` from `from`, where a line begins, to `to`, where one ends. */
  add(bytes: Buffer, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let gap = 0;
    for (let at = from; at < to; ) {
      const start = at;
      while (at < to && (bytes[at] as number) <= 0x20 && bytes[at] !== 0x0a) at += 1;
      const isBlank = at >= to || bytes[at] === 0x0a;
      gap += 1;
      if (isBlank) {
        at += 1;
        continue;
      }
      // Indentation counts too: a line is all that is between line breaks. Four bytes at a time as long as none is one.
      let a = 0x12345671;
      let b = 0x5bd1e995 | 0;
      at = start;
      for (; at + 4 <= to; at += 4) {
        const word = view.getInt32(at, true);
        const test = word ^ 0x0a0a0a0a;
        if (((test - 0x01010101) & ~test & 0x80808080) !== 0) break;
        a = Math.imul(a ^ word, MULTIPLY_1);
        a ^= a >>> 15;
        b = Math.imul(b + word, MULTIPLY_2);
        b ^= b >>> 13;
      }
      for (; at < to; at++) {
        const byte = bytes[at] as number;
        if (byte === 0x0a) break;
        a = Math.imul(a ^ byte, MULTIPLY_1);
        a ^= a >>> 15;
        b = Math.imul(b + byte, MULTIPLY_2);
        b ^= b >>> 13;
      }
      const length = at - start;
      at += 1;
      if (this.count === this.starts.length) this.#grow();
      const index = this.count++;
      this.starts[index] = start;
      this.ends[index] = at < to ? at : to;
      this.h1[index] = finish(a ^ length);
      this.h2[index] = finish(b + length);
      this.gaps[index] = gap;
      this.flags[index] = 0;
      gap = 0;
    }
  }

  #grow(): void {
    const size = this.starts.length * 2;
    const grow = <T extends Float64Array | Int32Array | Uint8Array>(list: T, larger: T): T => {
      larger.set(list);
      return larger;
    };
    this.starts = grow(this.starts, new Float64Array(size));
    this.ends = grow(this.ends, new Float64Array(size));
    this.h1 = grow(this.h1, new Int32Array(size));
    this.h2 = grow(this.h2, new Int32Array(size));
    this.gaps = grow(this.gaps, new Int32Array(size));
    this.flags = grow(this.flags, new Uint8Array(size));
  }
}

export function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35 | 0);
  return mixed ^ (mixed >>> 16);
}
