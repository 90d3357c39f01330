import { type Answer, isValue, type StoreErrorReason, type Value } from "../store.ts";

/** What is known of one ref of one identity. Instants in milliseconds since the epoch. */
export interface Known {
  readonly settled?: Settled | undefined;
  readonly flight?: Flying | undefined;
}

export interface Settled {
  readonly read: Answer;
  /** When the call began that brought it: the value is at least as new as that. */
  readonly at: number;
}

export interface Flying {
  /** When it left for the store; undefined while it waits for company. */
  readonly since: number | undefined;
  /** Given up by all who waited, but the store has not let go yet. */
  readonly abandoned: boolean;
  /** By how much its answer may be older than its departure (`Store.lagMillis`, where it goes with a known version). */
  readonly lagMillis: number;
}

/**
 * - `answer` from the cache · `join` the flight under way · `follow`: wait for the flight that is too old for this asker,
 *   then fly again · `start` a flight · `refuse`: the store is resting
 */
export type Decision = "answer" | "join" | "follow" | "start" | "refuse";

/** Pure. An answer has to be younger than `maxAgeMillis`, so 0 always asks the store. `resting` says that the store, or this identity's login, is in a pause. */
export function decide(
  known: Known,
  now: number,
  maxAgeMillis: number,
  resting: boolean,
  negativeMillis: Readonly<Record<StoreErrorReason, number>>,
): Decision {
  const { settled, flight } = known;
  if (settled !== undefined && isUsable(settled, now, maxAgeMillis, negativeMillis)) return "answer";
  if (flight !== undefined) {
    if (flight.abandoned) return "follow";
    if (flight.since === undefined || now - flight.since + flight.lagMillis < maxAgeMillis) return "join";
    return "follow";
  }
  return resting ? "refuse" : "start";
}

/** Whether an answer is young enough for the asker, and a value has not outlived its lease. */
export function isUsable(
  { read, at }: Settled,
  now: number,
  maxAgeMillis: number,
  negativeMillis: Readonly<Record<StoreErrorReason, number>>,
): boolean {
  const age = now - at;
  // A clock that was set back makes ages negative: nothing is known of how old the answer really is.
  if (age < 0 || age >= maxAgeMillis) return false;
  if (!isValue(read)) return age < negativeMillis[read.error];
  return !isSpent(read, now);
}

/** Whether a value has stopped working. */
export function isSpent({ lease, notAfter }: Value, now: number): boolean {
  return (
    (lease !== undefined && now >= lease.issuedAt + lease.durationMillis) ||
    (notAfter !== undefined && now >= notAfter.getTime())
  );
}
