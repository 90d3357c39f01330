import type { Answer, Ref } from "../store.ts";
import { copyRead, disposeRead } from "./copy-read.ts";
import { onAbort } from "./on-abort.ts";

/** Something that an ask waits for and can leave. */
export interface Awaited {
  leave(ask: Ask): void;
}

/** One caller's `read`: it collects answers for its refs and settles when the last is there, or when its signal aborts. */
export class Ask {
  readonly #results = new Map<Ref, Answer>();
  readonly #waitsFor = new Set<Awaited>();
  readonly #promise: Promise<Map<Ref, Answer>>;
  readonly #signal: AbortSignal;
  readonly #onAnswer: ((at: number) => void) | undefined;
  #missing: number;
  #unwatch: (() => void) | undefined;
  #resolve!: (reads: Map<Ref, Answer>) => void;
  #reject!: (reason: unknown) => void;

  constructor(refs: number, signal: AbortSignal, onAnswer?: (at: number) => void) {
    this.#missing = refs;
    this.#signal = signal;
    this.#onAnswer = onAnswer;
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Gives `ref` its own copy of `read`, which is as new as the instant `at`; undefined for what no call brought. */
  answer(ref: Ref, read: Answer, at?: number): void {
    if (at !== undefined) this.#onAnswer?.(at);
    this.#results.set(ref, copyRead(read));
    this.#missing -= 1;
    if (this.#missing === 0) this.#finish();
  }

  waitFor(awaited: Awaited): void {
    this.#waitsFor.add(awaited);
  }

  /** The outcome. Called once all refs are answered or awaited. */
  async outcome(): Promise<Map<Ref, Answer>> {
    if (this.#missing === 0) this.#finish();
    else this.#unwatch = onAbort(this.#signal, this.#abort);
    return await this.#promise;
  }

  #finish(): void {
    this.#unwatch?.();
    this.#waitsFor.clear();
    this.#resolve(this.#results);
  }

  #abort = (): void => {
    for (const awaited of this.#waitsFor) awaited.leave(this);
    this.#waitsFor.clear();
    for (const read of this.#results.values()) disposeRead(read);
    this.#results.clear();
    this.#reject(this.#signal.reason);
  };
}
