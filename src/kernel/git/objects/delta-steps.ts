import type { DeltaReader } from "./delta.ts";

/** The instructions of the delta that was carried out last. One of these serves for all, so that nothing is allocated. */
export class DeltaSteps implements DeltaReader {
  /** Of the base where bytes are taken over; -1 where they are new. */
  from = new Float64Array(256);
  to = new Float64Array(256);
  length = new Float64Array(256);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  copied(from: number, to: number, length: number): void {
    this.#add(from, to, length);
  }

  inserted(to: number, length: number): void {
    this.#add(-1, to, length);
  }

  #add(from: number, to: number, length: number): void {
    if (this.count === this.from.length) {
      this.from = grown(this.from);
      this.to = grown(this.to);
      this.length = grown(this.length);
    }
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.length[this.count] = length;
    this.count += 1;
  }
}

function grown(list: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(list.length * 2);
  larger.set(list);
  return larger;
}
