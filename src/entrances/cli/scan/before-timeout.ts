/** The items of `source` that come in time; then `onTimeout` is called, and it ends. `millis` 0: all of them. */
export async function* beforeTimeout<T>(
  source: AsyncIterable<T> | Iterable<T>,
  millis: number,
  onTimeout: () => void,
): AsyncGenerator<T> {
  if (millis === 0) {
    yield* source;
    return;
  }
  const until = Date.now() + millis;
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), millis);
  const iterator = iteratorOf(source);
  try {
    for (;;) {
      const next = await Promise.race([Promise.resolve(iterator.next()), over]);
      if (next?.done === true) return;
      // Work between two items may have held the timer up.
      if (next === undefined || Date.now() >= until) {
        onTimeout();
        return;
      }
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
  }
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
