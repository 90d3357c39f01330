/** A signal that aborts when the caller's does or after a time, and that leaves no listener behind once disposed. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Whether time, not the caller, ended it. */
  expired(): boolean;
  /** Aborts now. */
  abort(): void;
  /** Lifts the time limit; the caller's signal still counts. */
  lift(): void;
}

/** `millis` 0 means no time limit. AbortSignal.any is not used: it keeps an entry on long-lived signals. */
export function deadline(millis: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer =
    millis > 0
      ? setTimeout(() => {
          expired = true;
          controller.abort();
        }, millis)
      : undefined;
  const follow = () => controller.abort(caller?.reason);
  if (caller?.aborted) follow();
  else caller?.addEventListener("abort", follow, { once: true });
  const lift = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    expired: () => expired,
    abort: () => controller.abort(),
    lift,
    [Symbol.dispose]: () => {
      lift();
      caller?.removeEventListener("abort", follow);
    },
  };
}
