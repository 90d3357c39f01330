const BITS = 7;

/**
 * A set of 64-bit hashes with three bits for each, four bytes an entry: the place comes from one half, what is kept from the
 * other. So of 10⁹ lookups of what is not in it about four are wrong. Threads may share one without locks: an entry is one
 * aligned 32-bit word, and whoever loses a race does work twice.
 */
export class HashTable {
  readonly #words: Int32Array;
  readonly #mask: number;
  /** Beyond this nothing is added, so that a lookup stays short: what is not in it is looked at again and again. */
  readonly #most: number;
  #added = 0;

  /** The memory of a table for about so many entries. */
  static memory(entries: number): SharedArrayBuffer {
    const size = 2 ** Math.min(Math.max(Math.ceil(Math.log2(entries * 1.6)), 12), 27);
    return new SharedArrayBuffer(size * 4);
  }

  /** `threads` may add at the same time. */
  constructor(memory: SharedArrayBuffer, threads: number) {
    this.#words = new Int32Array(memory);
    this.#mask = this.#words.length - 1;
    this.#most = (this.#words.length * 0.75) / threads;
  }

  /** The bits of an entry; -1 where there is none. */
  get(h1: number, h2: number): number {
    const wanted = kept(h2);
    for (let place = h1 & this.#mask; ; place = (place + 1) & this.#mask) {
      const word = this.#words[place] as number;
      if (word === 0) return -1;
      if ((word & ~BITS) === wanted) return word & BITS;
    }
  }

  /** Adds an entry, or gives one other bits. */
  set(h1: number, h2: number, bits: number): void {
    const wanted = kept(h2);
    for (let place = h1 & this.#mask; ; place = (place + 1) & this.#mask) {
      const word = this.#words[place] as number;
      if (word !== 0 && (word & ~BITS) !== wanted) continue;
      if (word === 0 && this.#added++ >= this.#most) return;
      this.#words[place] = wanted | bits;
      return;
    }
  }
}

/** Never 0, which means: nothing there. */
function kept(h2: number): number {
  const high = h2 & ~BITS;
  return high === 0 ? BITS + 1 : high;
}
