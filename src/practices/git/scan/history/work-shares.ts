/** Hands out numbers from 0 up, each once, to whichever thread asks next. */
export class WorkShares {
  readonly #next: Int32Array;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(4);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#next = new Int32Array(memory);
  }

  take(): number {
    return Atomics.add(this.#next, 0, 1);
  }
}

/** A list in shares of so many, as far as they are this thread's. */
export function* sharesOf<T>(list: ArrayLike<T>, size: number, shares: WorkShares): Generator<T> {
  for (let share = shares.take(); share * size < list.length; share = shares.take()) {
    const end = Math.min((share + 1) * size, list.length);
    for (let index = share * size; index < end; index++) yield list[index] as T;
  }
}
