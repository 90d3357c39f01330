import { type KustodyError, toKustodyError } from "../../errors.ts";
import { backoff } from "../../http/retry-policy.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import type { Reconcile } from "./reconcile.ts";

export interface WorkQueueOptions<K extends string, Ports> {
  readonly reconcile: Reconcile<K, Ports>;
  readonly ports: Ports;
  /** Keys worked on at a time; default 4. */
  readonly concurrency?: number;
  /** Whether this replica is the one to look after `key`. Always, until there is sharding. */
  readonly owns?: (key: K) => boolean;
  /** A reconcile failed; it will be tried again unless the error says never. */
  readonly onError?: (key: K, error: KustodyError) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const RETRY = { base: 1_000, cap: 300_000 };

/**
 * Keys waiting to be reconciled.
 *
 * Guarantees: a key that is added many times while it waits is worked on once; one that is added while it is worked on
 * is worked on once more afterwards; never twice at a time; a failing key waits longer each time and stops no other.
 * An error with `retry: "never"` waits for the next change.
 */
export class WorkQueue<K extends string, Ports> {
  readonly #options: WorkQueueOptions<K, Ports>;
  readonly #clock: Clock;
  readonly #stopper = new AbortController();
  /** In the order in which they were added. */
  readonly #waiting = new Set<K>();
  readonly #working = new Map<K, Promise<void>>();
  readonly #again = new Set<K>();
  readonly #failures = new Map<K, number>();
  readonly #timers = new Map<K, AbortController>();

  constructor(options: WorkQueueOptions<K, Ports>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Keys that wait for their turn now, not those that wait for a time. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Look at `key` as soon as possible. */
  add(key: K): void {
    if (this.#stopper.signal.aborted || this.#options.owns?.(key) === false) return;
    this.#unschedule(key);
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#begin();
  }

  /** Look at `key` in `millis`, or earlier if it is added before; replaces an earlier appointment. */
  addIn(key: K, millis: number): void {
    if (this.#stopper.signal.aborted) return;
    this.#unschedule(key);
    const timer = new AbortController();
    this.#timers.set(key, timer);
    this.#clock.sleep(millis, timer.signal).then(
      () => {
        if (this.#timers.get(key) === timer) this.add(key);
      },
      () => {},
    );
  }

  /** The object is gone for good: forget appointments and failures. */
  forget(key: K): void {
    this.#unschedule(key);
    this.#failures.delete(key);
  }

  /** Aborts what is under way and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopper.abort();
    this.#waiting.clear();
    for (const key of this.#timers.keys()) this.#unschedule(key);
    await Promise.all(this.#working.values());
  }

  #begin(): void {
    const limit = this.#options.concurrency ?? 4;
    for (const key of this.#waiting) {
      if (this.#working.size >= limit) return;
      this.#waiting.delete(key);
      this.#working.set(key, this.#work(key));
    }
  }

  async #work(key: K): Promise<void> {
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
      if (this.#again.delete(key) && !signal.aborted) this.#waiting.add(key);
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

  #unschedule(key: K): void {
    this.#timers.get(key)?.abort();
    this.#timers.delete(key);
  }
}
