import { type KustodyError, toKustodyError } from "../../errors.ts";
import { backoff } from "../../http/retry-policy.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import { Appointments } from "./appointments.ts";
import type { Reconcile } from "./reconcile.ts";
import { WaitingKeys } from "./waiting-keys.ts";

export interface WorkQueueOptions<K extends string, Ports> {
  readonly reconcile: Reconcile<K, Ports>;
  readonly ports: Ports;
  /** Keys worked on at a time; default 4. */
  readonly concurrency?: number;
  /** Keys that may hang together, such as those of one store, share a lane; default: all are in one. */
  readonly laneOf?: (key: K) => string;
  /** Keys of one lane worked on at a time; default: no bound besides `concurrency`. */
  readonly perLane?: number;
  /** Whether this replica is the one to look after `key`. Always, until there is sharding. */
  readonly owns?: (key: K) => boolean;
  /** A reconcile failed; it will be tried again unless the error says never. */
  readonly onError?: (key: K, error: KustodyError) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const RETRY = { base: 1_000, cap: 300_000 };

export interface AddOptions {
  /** Before all that is not: what somebody waits for, as opposed to routine. */
  readonly urgent?: boolean;
}

/**
 * Keys waiting to be reconciled.
 *
 * Guarantees: a key that is added many times while it waits is worked on once; one that is added while it is worked on
 * is worked on once more afterwards; never twice at a time; a failing key waits longer each time and stops no other;
 * urgent ones go first, and a lane whose keys hang holds up no other lane.
 * An error with `retry: "never"` waits for the next change.
 */
export class WorkQueue<K extends string, Ports> {
  readonly #options: WorkQueueOptions<K, Ports>;
  readonly #clock: Clock;
  readonly #stopper = new AbortController();
  readonly #waiting: WaitingKeys<K>;
  readonly #working = new Map<K, Promise<void>>();
  /** Added while worked on, and whether urgently. */
  readonly #again = new Map<K, boolean>();
  readonly #failures = new Map<K, number>();
  readonly #appointments = new Appointments<K>();
  #timer: { readonly at: number; readonly stop: AbortController } | undefined;

  constructor(options: WorkQueueOptions<K, Ports>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#waiting = new WaitingKeys(options.perLane ?? Number.POSITIVE_INFINITY);
  }

  /** Keys that wait for their turn now, not those that wait for a time. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Keys that are worked on now. */
  get working(): number {
    return this.#working.size;
  }

  /** Look at `key` as soon as possible. */
  add(key: K, { urgent = false }: AddOptions = {}): void {
    if (this.#stopper.signal.aborted || this.#options.owns?.(key) === false) return;
    this.#appointments.cancel(key);
    if (this.#working.has(key)) this.#again.set(key, urgent || this.#again.get(key) === true);
    else this.#wait(key, urgent);
    this.#begin();
  }

  /** Look at `key` in `millis`, or earlier if it is added before; replaces an earlier appointment. */
  addIn(key: K, millis: number): void {
    if (this.#stopper.signal.aborted) return;
    this.#appointments.set(key, this.#clock.now() + millis);
    this.#arm();
  }

  /** The object is gone for good: forget appointments and failures. */
  forget(key: K): void {
    this.#appointments.cancel(key);
    this.#failures.delete(key);
  }

  /** Aborts what is under way and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopper.abort();
    this.#waiting.clear();
    this.#appointments.clear();
    this.#timer?.stop.abort();
    await Promise.all(this.#working.values());
  }

  #wait(key: K, urgent: boolean): void {
    this.#waiting.add(key, this.#options.laneOf?.(key) ?? "", urgent);
  }

  #begin(): void {
    const limit = this.#options.concurrency ?? 4;
    while (this.#working.size < limit) {
      const next = this.#waiting.take();
      if (next === undefined) return;
      this.#working.set(next.key, this.#work(next.key, next.lane));
    }
  }

  async #work(key: K, lane: string): Promise<void> {
    // Begins in a later microtask, so that `#working` holds the key before anything is called.
    await Promise.resolve();
    const { signal } = this.#stopper;
    try {
      const next = await this.#options.reconcile(key, this.#options.ports, signal);
      this.#failures.delete(key);
      if (next.look === "in" && !this.#again.has(key)) this.addIn(key, next.millis);
    } catch (error) {
      if (!signal.aborted) this.#failed(key, toKustodyError(error));
    } finally {
      this.#working.delete(key);
      this.#waiting.done(lane);
      const again = this.#again.get(key);
      this.#again.delete(key);
      if (again !== undefined && !signal.aborted) this.#wait(key, again);
      if (!signal.aborted) this.#begin();
    }
  }

  #failed(key: K, error: KustodyError): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const random = (this.#options.random ?? Math.random)();
    if (error.retry !== "never" && !this.#again.has(key)) {
      const wait = backoff(RETRY, failures, random);
      this.addIn(key, error.retry === "backoff" ? wait : Math.max(wait, error.retry.after));
    }
    this.#options.onError?.(key, error);
  }

  /** One timer, for the earliest appointment. */
  #arm(): void {
    const at = this.#appointments.next();
    if (at === undefined || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.stop.abort();
    const timer = { at, stop: new AbortController() };
    this.#timer = timer;
    // Timers of more than 24 days fire at once in Node.
    const wait = Math.min(Math.max(0, at - this.#clock.now()), 86_400_000);
    this.#clock.sleep(wait, timer.stop.signal).then(
      () => {
        if (this.#timer === timer) this.#ring();
      },
      () => {},
    );
  }

  #ring(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (let key = this.#appointments.takeDue(now); key !== undefined; key = this.#appointments.takeDue(now)) {
      this.add(key);
    }
    this.#arm();
  }
}
