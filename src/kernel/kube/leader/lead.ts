import { KustodyError, toKustodyError } from "../../errors.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import type { Api } from "../api/api.ts";
import type { LeaseObject } from "../object/resources.ts";
import {
  defaultLeaseTimes,
  heldSpec,
  type LeaseTimes,
  mayTake,
  microTime,
  type Observation,
  observe,
} from "./lease-record.ts";

export interface LeadOptions {
  readonly leases: Api<LeaseObject, "namespace">;
  /** Of the Lease object. */
  readonly name: string;
  /** Unique among candidates and starts: a pod's name and a random part. */
  readonly identity: string;
  /** Leave the election, and lead no more. */
  readonly signal: AbortSignal;
  /** Attempts that failed; they are repeated. */
  readonly onError?: (error: KustodyError) => void;
  readonly times?: LeaseTimes;
  readonly clock?: Clock;
}

/**
 * Runs `work` while this process holds the lease, again and again, until `signal` aborts.
 *
 * Flow: wait until the lease is free or its holder stopped renewing it; take it; run `work`; renew beside it. When it
 * cannot be renewed for `times.renew`, or somebody else has it, abort `work`'s signal, wait for its end, stand again.
 * Guarantees: `work` is told to end `times.lease - times.renew` before anybody else may take over. On `signal` the
 * lease is given back after `work` has ended, so that the next leader need not wait.
 * Assumptions: `work` heeds its signal within that difference; clocks run at nearly the same speed.
 * Errors: what `work` throws ends the election, gives the lease back and is thrown here.
 *
 * @example
 * await lead({ leases: kube.namespaced(Leases, "kustody"), name: "operator", identity, signal }, (leading) => runControllers(leading));
 */
export async function lead(options: LeadOptions, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const candidate = new Candidate(options);
  while (!options.signal.aborted) {
    if (!(await candidate.acquire())) return;
    const leading = new AbortController();
    const leave = () => leading.abort();
    options.signal.addEventListener("abort", leave, { once: true });
    if (options.signal.aborted) leave();
    const renewing = candidate.renew(leading);
    try {
      await work(leading.signal);
      // Work that ends by itself while nothing told it to has nothing left to lead.
      if (!leading.signal.aborted) return;
    } finally {
      leading.abort();
      await renewing;
      options.signal.removeEventListener("abort", leave);
      await candidate.release();
    }
  }
}

class Candidate {
  readonly #options: LeadOptions;
  readonly #times: LeaseTimes;
  readonly #clock: Clock;
  #seen: Observation | undefined;
  #held: LeaseObject | undefined;
  /** When we sent the last write that succeeded: others count from when they see it, which is later. */
  #renewedAt = 0;

  constructor(options: LeadOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultLeaseTimes;
    this.#clock = options.clock ?? systemClock;
  }

  /** True once we hold the lease, false when the caller's signal aborted first. */
  async acquire(): Promise<boolean> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(signal)) return true;
      await this.#clock.sleep(this.#times.retry, signal).catch(() => {});
    }
    return false;
  }

  /** Renews until `leading` aborts; aborts it when renewing failed for too long. */
  async renew(leading: AbortController): Promise<void> {
    const { signal } = leading;
    while (!signal.aborted) {
      await this.#clock.sleep(this.#times.retry, signal).catch(() => {});
      if (signal.aborted) return;
      const left = this.#renewedAt + this.#times.renew - this.#clock.now();
      // A call that hangs must not outlast the deadline.
      const limit = new AbortController();
      const watchdog = this.#clock.sleep(Math.max(0, left), limit.signal).then(
        () => leading.abort(),
        () => {},
      );
      const renewed = await this.#attempt(signal);
      limit.abort();
      await watchdog;
      if (!renewed && this.#seen !== undefined && this.#seen.holder !== this.#options.identity) leading.abort();
    }
  }

  /** Gives the lease back if it is still ours; failing that, it runs out by itself. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held?.spec?.holderIdentity !== this.#options.identity) return;
    const spec = { ...held.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(this.#clock.now()) };
    const signal = AbortSignal.timeout(this.#times.renew);
    await this.#options.leases.replace({ ...held, spec }, { signal }).catch((error: unknown) => this.#report(error));
  }

  /** One look at the lease, and a write if it may be ours. True if it is ours now. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { leases, name, identity } = this.#options;
    const began = this.#clock.now();
    try {
      const lease = await leases.find(name, { signal });
      if (lease === undefined) {
        const spec = heldSpec(undefined, identity, this.#times, this.#clock.now());
        return this.#keep(await leases.create({ metadata: { name }, spec }, { signal }), began);
      }
      this.#seen = observe(this.#seen, lease, this.#clock.now());
      if (!mayTake(this.#seen, identity, this.#clock.now())) return false;
      const spec = heldSpec(lease.spec, identity, this.#times, this.#clock.now());
      return this.#keep(await leases.replace({ ...lease, spec }, { signal }), began);
    } catch (error) {
      // Somebody was faster: what they wrote is looked at next time.
      const raced = error instanceof KustodyError && ["KST_KUBE_CONFLICT", "KST_KUBE_EXISTS"].includes(error.code);
      if (!raced && !signal.aborted) this.#report(error);
      return false;
    }
  }

  #keep(lease: LeaseObject, sentAt: number): true {
    this.#held = lease;
    this.#renewedAt = sentAt;
    this.#seen = observe(this.#seen, lease, this.#clock.now());
    return true;
  }

  #report(error: unknown): void {
    this.#options.onError?.(toKustodyError(error));
  }
}
