/** When a request is sent again. Pure: chance and time come as arguments. */
export interface RetryPolicy {
  /** Sendings in all, the first included; 1 never retries. */
  readonly attempts: number;
  /** Milliseconds; the n-th wait is drawn from [half, full] of `base * 2^(n-1)`, at most `cap`. */
  readonly base: number;
  readonly cap: number;
  /** The longest Retry-After that is honoured, in milliseconds; a longer one ends the retries. */
  readonly retryAfterCap: number;
  /** Statuses that are worth another attempt. */
  readonly statuses: readonly number[];
  /** Statuses by which the server says that it did not begin: safe to repeat whatever the method. */
  readonly rejections: readonly number[];
}

export const defaultRetry: RetryPolicy = {
  attempts: 4,
  base: 200,
  cap: 10_000,
  retryAfterCap: 60_000,
  statuses: [429, 503],
  rejections: [],
};

export interface Outcome {
  /** The reply's status; absent when the exchange failed before there was one. */
  readonly status?: number;
  readonly retryAfter?: number;
}

/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]);

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** Milliseconds to wait before sending number `attempt + 1`, or undefined to give the outcome to the caller. */
export function nextAttempt(
  policy: RetryPolicy,
  attempt: number,
  idempotent: boolean,
  outcome: Outcome,
  random: number,
): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const { status, retryAfter } = outcome;
  if (status === undefined) return idempotent ? backoff(policy, attempt, random) : undefined;
  const rejected = policy.rejections.includes(status);
  if (!rejected && !(idempotent && policy.statuses.includes(status))) return undefined;
  if (retryAfter === undefined) return backoff(policy, attempt, random);
  if (retryAfter > policy.retryAfterCap) return undefined;
  // A little later than asked, so that all who were turned away don't return in the same instant.
  return retryAfter + Math.round(random * policy.base);
}

/** Exponential with "equal jitter": half of it fixed, half by chance. `attempt` counts from 1; `random` is in [0, 1). */
export function backoff(policy: Pick<RetryPolicy, "base" | "cap">, attempt: number, random: number): number {
  const full = Math.min(policy.cap, policy.base * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}
