/** Failures in a row after which nobody waits for the key service any more, and for how long; milliseconds. */
const FAILURES = 5;
const OPEN_MILLIS = 5_000;

/**
 * A circuit breaker: while the key service is unreachable, callers are told at once instead of each waiting for its own
 * time limit. After a pause one call is let through to see.
 */
export class Breaker {
  #failures = 0;
  #openUntil = Number.NEGATIVE_INFINITY;

  /** Whether a call may be tried at this instant. */
  admits(now: number): boolean {
    if (this.#failures < FAILURES) return true;
    // A clock that went back must not keep it open.
    if (now < this.#openUntil && this.#openUntil - now <= OPEN_MILLIS) return false;
    this.#openUntil = now + OPEN_MILLIS;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(now: number): void {
    this.#failures += 1;
    if (this.#failures === FAILURES) this.#openUntil = now + OPEN_MILLIS;
  }
}
