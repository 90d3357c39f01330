import type { LeaseObject } from "../object/resources.ts";

/** The times of leader election in milliseconds; `lease` > `renew` > `retry`. client-go's defaults. */
export interface LeaseTimes {
  /** How long others wait after the last renewal that they saw before they take over. */
  readonly lease: number;
  /** How long the leader tries to renew before it gives up leading. */
  readonly renew: number;
  /** Between two looks. */
  readonly retry: number;
}

export const defaultLeaseTimes: LeaseTimes = { lease: 15_000, renew: 10_000, retry: 2_000 };

/**
 * What we know of the lease. Times are our own clock's: when *we* saw the record change, never what the record says,
 * so clocks of several machines need not agree (they only must not run at very different speeds).
 */
export interface Observation {
  readonly resourceVersion: string;
  readonly holder: string;
  /** Milliseconds, from the record: the holder may use other times than we. */
  readonly duration: number;
  readonly seenAt: number;
}

/** `previous` brought up to date with what was just read at `now`. Pure. */
export function observe(previous: Observation | undefined, lease: LeaseObject, now: number): Observation {
  const resourceVersion = lease.metadata.resourceVersion ?? "";
  if (previous?.resourceVersion === resourceVersion) return previous;
  return {
    resourceVersion,
    holder: lease.spec?.holderIdentity ?? "",
    duration: (lease.spec?.leaseDurationSeconds ?? 0) * 1000,
    seenAt: now,
  };
}

/** Whether `identity` may write itself into the lease now. Pure. */
export function mayTake(seen: Observation, identity: string, now: number): boolean {
  return seen.holder === "" || seen.holder === identity || now >= seen.seenAt + seen.duration;
}

/** The spec of a lease that `identity` holds from `now` on. Pure. */
export function heldSpec(before: LeaseObject["spec"], identity: string, times: LeaseTimes, now: number) {
  const time = microTime(now);
  const same = before?.holderIdentity === identity;
  const transitions = before?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.round(times.lease / 1000)),
    acquireTime: same ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: same || before === undefined ? transitions : transitions + 1,
  };
}

/** metav1.MicroTime. */
export function microTime(millis: number): string {
  return new Date(millis).toISOString().replace("Z", "000Z");
}
