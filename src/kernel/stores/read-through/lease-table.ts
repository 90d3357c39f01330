import type { Clock } from "../../observe/clock.ts";
import type { Lease, StoreError } from "../store.ts";
import { type LeaseState, leaseStep } from "./lease-schedule.ts";

export interface LeaseHooks {
  renew(lease: Lease, signal: AbortSignal): Promise<Lease | StoreError>;
  onRenewed?(lease: Lease): void;
  /** A renewal failed; the lease lives on until its end and is tried again unless the refusal is final. */
  onFailed?(lease: Lease, error: StoreError): void;
  /** It has ended: what it stood for no longer works. */
  onExpired?(lease: Lease): void;
}

interface Tracked {
  state: LeaseState;
  readonly scope: string;
  readonly hooks: LeaseHooks;
  renewing: boolean;
}

/** The leases that live credentials hang on, renewed in time. It knows ids and times, never values. */
export class LeaseTable {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #leases = new Map<string, Tracked>();
  #wake = new AbortController();

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#leases.size;
  }

  /** `scope` keeps leases of different stores apart, whose ids may coincide. */
  track(scope: string, lease: Lease, hooks: LeaseHooks): void {
    const key = tableKey(scope, lease.id);
    this.#leases.set(key, { state: fresh(lease, this.#random()), scope, hooks, renewing: false });
    this.#wake.abort();
  }

  forget(scope: string, leaseId: string): void {
    this.#leases.delete(tableKey(scope, leaseId));
  }

  /** Forgets all leases of a store that was closed: nobody could renew them any more. */
  forgetScope(scope: string): void {
    for (const [key, tracked] of this.#leases) if (tracked.scope === scope) this.#leases.delete(key);
  }

  /** Renews and expires until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const until = this.tick(signal);
      const wait = Math.min(Math.max(1, Math.ceil(until - this.#clock.now())), 3_600_000);
      await this.#clock.sleep(wait, AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
    }
  }

  /** Does what is due and returns when to look again, in milliseconds since the epoch. */
  tick(signal: AbortSignal): number {
    const now = this.#clock.now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const [key, tracked] of this.#leases) {
      if (tracked.renewing) continue;
      const step = leaseStep(tracked.state, now);
      if (step.do === "wait") soonest = Math.min(soonest, step.until);
      else if (step.do === "renew") void this.#renew(key, tracked, signal);
      else {
        this.#leases.delete(key);
        tracked.hooks.onExpired?.(tracked.state.lease);
      }
    }
    return soonest;
  }

  async #renew(key: string, tracked: Tracked, signal: AbortSignal): Promise<void> {
    tracked.renewing = true;
    const { lease } = tracked.state;
    const renewed = await tracked.hooks.renew(lease, signal).catch(
      (): StoreError => ({
        error: "unavailable",
        message: "the renewal was interrupted",
      }),
    );
    tracked.renewing = false;
    if (this.#leases.get(key) === tracked) {
      if ("error" in renewed) {
        const isFinal = renewed.error === "denied" || renewed.error === "missing" || renewed.error === "invalid";
        tracked.state = {
          ...tracked.state,
          ...(isFinal ? { lease: { ...lease, renewable: false } } : {}),
          failures: tracked.state.failures + 1,
          failedAt: this.#clock.now(),
        };
        tracked.hooks.onFailed?.(lease, renewed);
      } else {
        tracked.state = fresh(renewed, this.#random());
        tracked.hooks.onRenewed?.(renewed);
      }
    }
    this.#wake.abort();
  }
}

function fresh(lease: Lease, spread: number): LeaseState {
  return { lease, spread, failures: 0, failedAt: 0 };
}

function tableKey(scope: string, id: string): string {
  return JSON.stringify([scope, id]);
}
