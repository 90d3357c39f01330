import { TemplateFault } from "../template-fault.ts";

/** What one rendering may take. */
export interface Bounds {
  /** Nodes carried out, loop rounds, and elements that functions walk through. */
  readonly steps: number;
  /** Bytes that come out. */
  readonly outputBytes: number;
  /** Bytes of all texts and lists that functions make on the way, together. */
  readonly workBytes: number;
  /** Templates within templates. */
  readonly depth: number;
  readonly millis: number;
}

export const DEFAULT_BOUNDS: Bounds = {
  steps: 2_000_000,
  outputBytes: 4 * 1024 * 1024,
  workBytes: 16 * 1024 * 1024,
  depth: 100,
  millis: 5_000,
};

const LOOK_EVERY = 1_024;

/** Counts what a rendering takes, and ends it with a TemplateFault where that is too much. */
export class Meter {
  readonly bounds: Bounds;
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;
  #deadline: number;
  #steps = 0;
  #work = 0;

  constructor(bounds: Bounds, now: () => number, signal?: AbortSignal) {
    this.bounds = bounds;
    this.#now = now;
    this.#signal = signal;
    this.#deadline = now() + bounds.millis;
  }

  /** One step, or several. */
  step(count = 1): void {
    const before = this.#steps;
    this.#steps += count;
    if (this.#steps > this.bounds.steps)
      throw new TemplateFault("bound", `it takes more than ${this.bounds.steps} steps`);
    if (Math.floor(before / LOOK_EVERY) !== Math.floor(this.#steps / LOOK_EVERY)) this.look();
  }

  /** Whether it is still wanted, and in time. */
  look(): void {
    this.#signal?.throwIfAborted();
    if (this.#now() > this.#deadline) throw new TemplateFault("bound", `it takes longer than ${this.bounds.millis} ms`);
  }

  /** Before something is made that takes this many bytes. */
  charge(bytes: number): void {
    this.#work += bytes;
    if (this.#work > this.bounds.workBytes) {
      throw new TemplateFault("bound", `it makes more than ${this.bounds.workBytes} bytes of texts and lists`);
    }
  }

  /** Time that a rendering waited for others does not count. */
  pause(millis: number): void {
    this.#deadline += millis;
  }
}
