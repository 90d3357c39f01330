import type { Lease } from "../store.ts";

/** What to do about a lease now. Instants in milliseconds since the epoch. */
export type LeaseStep =
  | { readonly do: "wait"; readonly until: number }
  | { readonly do: "renew" }
  | { readonly do: "expire" };

export interface LeaseState {
  readonly lease: Lease;
  /** Fixed per lease in [0, 1): spreads leases that were issued together. */
  readonly spread: number;
  /** Failed renewals in a row, and when the last one was. */
  readonly failures: number;
  readonly failedAt: number;
}

/** A lease is renewed when two thirds of it have passed, up to a tenth of it earlier by chance. */
const FRACTION = 2 / 3;
const SPREAD = 0.1;
/** Renewals are not tried more often than this, in milliseconds. */
const SHORTEST_RETRY = 1_000;

/** Pure. A failed renewal is tried again after a tenth of the time left. */
export function leaseStep({ lease, spread, failures, failedAt }: LeaseState, now: number): LeaseStep {
  const end = lease.issuedAt + lease.durationMillis;
  if (now >= end) return { do: "expire" };
  if (!lease.renewable) return { do: "wait", until: end };
  const first = Math.ceil(lease.issuedAt + lease.durationMillis * (FRACTION - SPREAD * spread));
  const again = Math.ceil(failedAt + Math.max(SHORTEST_RETRY, (end - failedAt) / 10));
  const due = failures === 0 ? first : again;
  return now >= due ? { do: "renew" } : { do: "wait", until: Math.min(due, end) };
}
