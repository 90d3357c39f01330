interface Entry<K> {
  readonly at: number;
  readonly key: K;
}

/**
 * Keys with a time each, earliest first: a binary heap, in which what was cancelled or moved is only skipped when it comes
 * up, so that ten thousand appointments cost one timer and a few comparisons each. Times are milliseconds since the epoch.
 */
export class Appointments<K> {
  readonly #heap: Entry<K>[] = [];
  readonly #at = new Map<K, number>();

  get size(): number {
    return this.#at.size;
  }

  /** Replaces the key's earlier appointment. */
  set(key: K, at: number): void {
    this.#at.set(key, at);
    this.#heap.push({ at, key });
    this.#rise(this.#heap.length - 1);
    if (this.#heap.length > 2 * this.#at.size + 64) this.#rebuild();
  }

  cancel(key: K): void {
    this.#at.delete(key);
  }

  clear(): void {
    this.#at.clear();
    this.#heap.length = 0;
  }

  /** When the earliest is. */
  next(): number | undefined {
    this.#skipStale();
    return this.#heap[0]?.at;
  }

  /** Takes out one that is due at `now`, the earliest. */
  takeDue(now: number): K | undefined {
    this.#skipStale();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#at.delete(first.key);
    this.#pop();
    return first.key;
  }

  #skipStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#at.get(first.key) === first.at) return;
      this.#pop();
    }
  }

  #rebuild(): void {
    const live = [...this.#at].map(([key, at]) => ({ at, key })).sort((a, b) => a.at - b.at);
    this.#heap.length = 0;
    // Sorted, so it is a heap.
    for (const entry of live) this.#heap.push(entry);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(index: number): void {
    const heap = this.#heap;
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.#time(parent) <= this.#time(at)) return;
      [heap[at], heap[parent]] = [heap[parent] as Entry<K>, heap[at] as Entry<K>];
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const least = this.#time(left + 1) < this.#time(left) ? left + 1 : left;
      if (this.#time(least) >= this.#time(at)) return;
      [heap[at], heap[least]] = [heap[least] as Entry<K>, heap[at] as Entry<K>];
      at = least;
    }
  }

  #time(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }
}
