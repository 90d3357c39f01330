import type { ConcurrencyBounds } from "./read-through-options.ts";

/**
 * How many calls a store may have under way: additive increase, multiplicative decrease, as TCP does. Pure.
 * `baseline` is the latency in milliseconds that this store shows when it is well.
 */
export interface AdaptiveLimit {
  readonly limit: number;
  readonly baseline: number | undefined;
}

export type CallOutcome =
  | { readonly kind: "answered"; readonly millis: number }
  /** Turned away, or no answer. */
  | { readonly kind: "pushed-back" }
  /** The store is given a rest: afterwards one call at a time feels its way. */
  | { readonly kind: "dead" };

/** A latency beyond this many baselines counts as a queue building up in the store. */
const SLOW = 4;
/** Differences below this many milliseconds are noise, whatever the baseline. */
const NOISE_MILLIS = 20;

export function initialLimit(bounds: ConcurrencyBounds): AdaptiveLimit {
  return { limit: bounds.initial, baseline: undefined };
}

/** The limit after one more call has ended. */
export function adapt(state: AdaptiveLimit, outcome: CallOutcome, bounds: ConcurrencyBounds): AdaptiveLimit {
  const within = (limit: number): number => Math.min(bounds.max, Math.max(bounds.min, limit));
  if (outcome.kind === "dead") return { ...state, limit: bounds.min };
  if (outcome.kind === "pushed-back") return { ...state, limit: within(state.limit / 2) };
  const baseline = nextBaseline(state.baseline, outcome.millis);
  const slow = outcome.millis > baseline * SLOW && outcome.millis - baseline > NOISE_MILLIS;
  return { baseline, limit: within(slow ? state.limit * 0.9 : state.limit + 1 / state.limit) };
}

/** Falls at once to a better latency and drifts up slowly, so that a store that became slower for good is not throttled for ever. */
function nextBaseline(baseline: number | undefined, millis: number): number {
  if (baseline === undefined || millis < baseline) return millis;
  return baseline + (millis - baseline) * 0.02;
}
