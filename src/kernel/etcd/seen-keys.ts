const FREE = 0;

/**
 * A set of keys that needs 8 to 16 bytes for each, whatever its length: it keeps 64 bits of a hash that begins with two
 * random numbers, so that nobody can make keys that collide. Of a million keys two are taken for one with a probability
 * below 10^-7.
 */
export class SeenKeys {
  readonly #seeds: readonly [number, number];
  #table = new Uint32Array(2 * 1024);
  count = 0;

  /** Two random numbers of 32 bits. */
  constructor(seeds: readonly [number, number]) {
    this.#seeds = seeds;
  }

  /** True where the key was not in the set. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    let low = this.#seeds[0] | 0;
    let high = this.#seeds[1] | 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x5bd1e995) ^ (high >>> 15);
    }
    low = mix(low ^ (high >>> 7));
    high = mix(high + end - start);
    // Zero marks free places.
    if (!this.#insert(low >>> 0, high === FREE ? 1 : high >>> 0)) return false;
    this.count++;
    if (this.count * 4 > this.#table.length) this.#grow();
    return true;
  }

  #insert(low: number, high: number): boolean {
    const table = this.#table;
    const places = table.length / 2;
    for (let place = low & (places - 1); ; place = (place + 1) & (places - 1)) {
      const found = table[place * 2 + 1];
      if (found === FREE) {
        table[place * 2] = low;
        table[place * 2 + 1] = high;
        return true;
      }
      if (found === high && table[place * 2] === low) return false;
    }
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = old[at + 1] ?? FREE;
      if (high !== FREE) this.#insert(old[at] ?? 0, high);
    }
  }
}

/** Spreads every bit over all others. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
