/** A set of page numbers below a bound: one bit each. */
export class PageSet {
  readonly size: number;
  readonly #bits: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.#bits = new Uint8Array(Math.ceil(size / 8));
  }

  has(page: number): boolean {
    return page < this.size && ((this.#bits[page >>> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  add(page: number): void {
    if (page < this.size) this.#bits[page >>> 3] = (this.#bits[page >>> 3] ?? 0) | (1 << (page & 7));
  }

  /** The longest runs of pages that are not in the set, as first and one after the last. */
  *gaps(): Generator<readonly [from: number, to: number], void, undefined> {
    let from = -1;
    for (let page = 0; page <= this.size; page++) {
      const isGap = page < this.size && !this.has(page);
      if (isGap && from < 0) from = page;
      if (!isGap && from >= 0) {
        yield [from, page];
        from = -1;
      }
    }
  }
}
