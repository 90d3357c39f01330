import { TemplateFault } from "./template-fault.ts";
import type { Value } from "./values/value.ts";

/** Keys that are made, passwords that are hashed: so many in one rendering. */
const MOST = 16;

/** Thrown through the executor when something has to be waited for. */
export class Awaiting extends Error {
  override readonly name = "Awaiting";
  readonly work: () => Promise<Value>;

  constructor(work: () => Promise<Value>) {
    super("a template waits for something that takes long");
    this.work = work;
  }
}

/**
 * Lets a synchronous rendering wait: where it needs something costly it ends with `Awaiting`, and once that is there it
 * starts again from the beginning, with what it already got in the same order. So chance is replayed too, and the data must
 * be made anew each time.
 */
export class CostlyCalls {
  readonly #results: Value[] = [];
  readonly #chance: Buffer[] = [];
  readonly #random: (count: number) => Buffer;
  #nextResult = 0;
  #nextChance = 0;

  constructor(random: (count: number) => Buffer) {
    this.#random = random;
  }

  /** Before each start. */
  rewind(): void {
    this.#nextResult = 0;
    this.#nextChance = 0;
  }

  readonly costly = (work: () => Promise<Value>): Value => {
    if (this.#nextResult < this.#results.length) return this.#results[this.#nextResult++];
    if (this.#results.length >= MOST) throw new TemplateFault("bound", `it makes more than ${MOST} keys and hashes`);
    throw new Awaiting(work);
  };

  readonly random = (count: number): Buffer => {
    const drawn = this.#chance[this.#nextChance] ?? this.#random(count);
    this.#chance[this.#nextChance++] = drawn;
    return Buffer.from(drawn);
  };

  async wait({ work }: Awaiting): Promise<void> {
    this.#results.push(await work());
  }
}
