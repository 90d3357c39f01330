import type { Answer, Ref } from "../store.ts";
import type { Ask, Awaited } from "./ask.ts";

/** One question on its way to a store, and all who wait for its answer. */
export class Flight implements Awaited {
  readonly key: string;
  /** The ref object that is passed to the store. */
  readonly ref: Ref;
  /** When it left for the store; undefined while it waits for company. */
  since: number | undefined;
  /** The call that carries it, with its companions. */
  batch: { readonly flights: readonly Flight[]; abort(): void } | undefined;
  /** As `Flying.lagMillis`; known when it has left. */
  lagMillis = 0;
  /** The least age that its askers allow, in milliseconds. */
  maxAgeMillis = Number.POSITIVE_INFINITY;
  /** The call was given up, but the store has not let go yet: too late to join. */
  abandoned = false;
  readonly #asks = new Map<Ask, Ref[]>();
  readonly #onUnwanted: (flight: Flight) => void;

  constructor(key: string, ref: Ref, onUnwanted: (flight: Flight) => void) {
    this.key = key;
    this.ref = ref;
    this.#onUnwanted = onUnwanted;
  }

  get wanted(): boolean {
    return this.#asks.size > 0;
  }

  join(ask: Ask, ref: Ref, maxAgeMillis: number): void {
    this.maxAgeMillis = Math.min(this.maxAgeMillis, maxAgeMillis);
    const refs = this.#asks.get(ask);
    if (refs === undefined) this.#asks.set(ask, [ref]);
    else refs.push(ref);
    ask.waitFor(this);
  }

  /** One asker gives up; the flight goes on for the others. */
  leave(ask: Ask): void {
    this.#asks.delete(ask);
    if (this.#asks.size > 0) return;
    this.#onUnwanted(this);
  }

  settle(read: Answer): void {
    for (const [ask, refs] of this.#asks)
      for (const ref of refs) ask.answer(ref, read, this.since === undefined ? undefined : this.since - this.lagMillis);
    this.#asks.clear();
  }
}
