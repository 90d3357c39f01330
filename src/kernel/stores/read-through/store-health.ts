import type { StoreError, StoreErrorReason } from "../store.ts";
import type { BackOffBounds } from "./read-through-options.ts";

/** What one store's last answers say about the store as a whole. Pure: time and chance come as arguments. */
export interface StoreHealth {
  /** Failures in a row that count against the store. */
  readonly failures: number;
  /** Until when, in milliseconds since the epoch, nobody asks it; undefined when it may be asked. */
  readonly pausedUntil: number | undefined;
  /** What those are told who ask during the pause. */
  readonly because: StoreError | undefined;
}

export const healthy: StoreHealth = { failures: 0, pausedUntil: undefined, because: undefined };

/** These concern the whole store at once; one "unavailable" may be the fault of a single key. */
const WHOLE_STORE: ReadonlySet<StoreErrorReason> = new Set(["throttled", "sealed"]);
/** So many batches in a row without any answer make the store itself the suspect. */
const SUSPECT_AFTER = 3;

/** `errors` holds the errors of one batch; `answered` says whether any ref of it got a real answer. */
export function afterBatch(
  health: StoreHealth,
  errors: readonly StoreError[],
  answered: boolean,
  now: number,
  random: number,
  bounds: BackOffBounds,
): StoreHealth {
  const whole = errors.find(({ error }) => WHOLE_STORE.has(error));
  const dead = errors.find(({ error }) => error === "unavailable");
  const because = whole ?? (answered ? undefined : dead);
  if (because === undefined) return answered ? healthy : health;
  const failures = health.failures + 1;
  if (whole === undefined && failures < SUSPECT_AFTER) return { ...health, failures };
  const rounds = whole === undefined ? failures - SUSPECT_AFTER : failures - 1;
  const full = Math.min(bounds.cap, bounds.base * 2 ** Math.min(rounds, 30));
  const wait = because.retryAfterMillis ?? full / 2;
  return { failures, pausedUntil: now + wait + (full / 2) * random, because };
}

/** The answer during a pause, with the time that is left; undefined when the store may be asked. */
export function refusal(health: StoreHealth, now: number): StoreError | undefined {
  if (health.pausedUntil === undefined || health.because === undefined || now >= health.pausedUntil) return undefined;
  return { ...health.because, retryAfterMillis: Math.ceil(health.pausedUntil - now) };
}
