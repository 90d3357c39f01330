import type { StoreError } from "../store.ts";
import { type AdaptiveLimit, adapt, initialLimit } from "./adaptive-limit.ts";
import type { ReadThroughOptions } from "./read-through-options.ts";
import { afterBatch, healthy, refusal, type StoreHealth } from "./store-health.ts";

/** Someone with batches for the store: one identity. */
export interface LaneUser {
  /** Sends the next batch; undefined when there is none. Never rejects. */
  sendBatch(): Promise<BatchOutcome> | undefined;
  /** Answers all that waits with this error, without asking the store. */
  refuseAll(error: StoreError): void;
}

export interface BatchOutcome {
  readonly errors: readonly StoreError[];
  /** Whether at least one ref got a real answer: a value, "unchanged", missing, denied or invalid. */
  readonly answered: boolean;
  /** Given up by the askers: says nothing about the store. */
  readonly abandoned: boolean;
}

/**
 * One store's share of the world: its limit of calls under way and its pauses. Each store has a lane of its own, so
 * a slow or dead one holds up nobody else. Identities of the same store take turns.
 */
export class StoreLane {
  readonly #options: ReadThroughOptions;
  readonly #ready = new Set<LaneUser>();
  #limit: AdaptiveLimit;
  #health: StoreHealth = healthy;
  #underWay = 0;

  constructor(options: ReadThroughOptions) {
    this.#options = options;
    this.#limit = initialLimit(options.concurrency);
  }

  /** Calls that may be under way at once, as it stands. */
  get limit(): number {
    return Math.floor(this.#limit.limit);
  }

  /** The store's own pause, if it rests. */
  refusal(): StoreError | undefined {
    return refusal(this.#health, this.#options.clock.now());
  }

  submit(user: LaneUser): void {
    this.#ready.add(user);
    this.#pump();
  }

  withdraw(user: LaneUser): void {
    this.#ready.delete(user);
  }

  #pump(): void {
    const rest = this.refusal();
    if (rest !== undefined) {
      const waiting = [...this.#ready];
      this.#ready.clear();
      for (const user of waiting) user.refuseAll(rest);
      return;
    }
    while (this.#underWay < this.limit) {
      const [user] = this.#ready;
      if (user === undefined) return;
      this.#ready.delete(user);
      const batch = user.sendBatch();
      if (batch === undefined) continue;
      this.#ready.add(user);
      this.#underWay += 1;
      void this.#follow(batch);
    }
  }

  async #follow(batch: Promise<BatchOutcome>): Promise<void> {
    const { clock, random, backOff } = this.#options;
    const sentAt = clock.now();
    const outcome = await batch;
    this.#underWay -= 1;
    if (!outcome.abandoned) {
      const now = clock.now();
      this.#health = afterBatch(this.#health, outcome.errors, outcome.answered, now, random(), backOff);
      this.#adapt(outcome, Math.max(0, now - sentAt));
    }
    this.#pump();
  }

  #adapt({ errors, answered }: BatchOutcome, millis: number): void {
    const pushedBack = errors.some(
      ({ error }) => error === "throttled" || error === "sealed" || error === "unavailable",
    );
    // A refused login is one identity's matter and says nothing about how much the store can bear.
    if (!answered && !pushedBack) return;
    const isDead = this.refusal() !== undefined && !errors.some(({ error }) => error === "throttled");
    const kind = isDead ? "dead" : pushedBack ? "pushed-back" : "answered";
    this.#limit = adapt(this.#limit, kind === "answered" ? { kind, millis } : { kind }, this.#options.concurrency);
  }
}
