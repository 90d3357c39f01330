const watched = new WeakMap<AbortSignal, { readonly callbacks: Set<() => void>; readonly listener: () => void }>();

/**
 * Calls back when the signal aborts, until the returned function is called. One listener serves all callbacks: adding
 * thousands to a long-lived signal costs the square of their number, since each is compared with all that are there.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let watch = watched.get(signal);
  if (watch === undefined) {
    const callbacks = new Set<() => void>();
    watch = {
      callbacks,
      listener: () => {
        watched.delete(signal);
        for (const call of callbacks) call();
      },
    };
    watched.set(signal, watch);
    signal.addEventListener("abort", watch.listener, { once: true });
  }
  const { callbacks, listener } = watch;
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || watched.get(signal)?.callbacks !== callbacks) return;
    watched.delete(signal);
    signal.removeEventListener("abort", listener);
  };
}
