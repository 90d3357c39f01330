interface Lane<K> {
  readonly name: string;
  readonly urgent: Set<K>;
  readonly ordinary: Set<K>;
  working: number;
}

/**
 * Keys that wait for their turn, in lanes that take turns: in each lane urgent ones first, then in the order of adding;
 * no lane has more than `perLane` at work, so one that hangs leaves room for the others.
 */
export class WaitingKeys<K> {
  readonly #perLane: number;
  readonly #lanes = new Map<string, Lane<K>>();
  /** Where each waiting key waits. */
  readonly #place = new Map<K, Lane<K>>();
  /** Lanes that could begin something urgent, or something ordinary, in the order of their turns. */
  readonly #ready = { urgent: new Set<Lane<K>>(), ordinary: new Set<Lane<K>>() };

  constructor(perLane: number) {
    this.#perLane = perLane;
  }

  get size(): number {
    return this.#place.size;
  }

  /** Waits already: it stays where it is, unless it has become urgent or its lane is another now. */
  add(key: K, laneName: string, urgent: boolean): void {
    const before = this.#place.get(key);
    if (before?.name === laneName && (!urgent || before.urgent.has(key))) return;
    const wasUrgent = before?.urgent.delete(key) ?? false;
    before?.ordinary.delete(key);
    if (before !== undefined) this.#settle(before);
    const lane = this.#lane(laneName);
    (urgent || wasUrgent ? lane.urgent : lane.ordinary).add(key);
    this.#place.set(key, lane);
    this.#settle(lane);
  }

  /** Takes the next key, and the lane to give back with `done`. */
  take(): { readonly key: K; readonly lane: string } | undefined {
    for (const kind of ["urgent", "ordinary"] as const) {
      const [lane] = this.#ready[kind];
      const [key] = lane?.[kind] ?? [];
      if (lane === undefined || key === undefined) continue;
      lane[kind].delete(key);
      this.#place.delete(key);
      lane.working += 1;
      // To the end of the line.
      this.#ready[kind].delete(lane);
      this.#settle(lane);
      return { key, lane: lane.name };
    }
    return undefined;
  }

  done(laneName: string): void {
    const lane = this.#lane(laneName);
    lane.working -= 1;
    this.#settle(lane);
  }

  clear(): void {
    for (const lane of this.#lanes.values()) {
      lane.urgent.clear();
      lane.ordinary.clear();
      this.#settle(lane);
    }
    this.#place.clear();
  }

  #lane(name: string): Lane<K> {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { name, urgent: new Set(), ordinary: new Set(), working: 0 };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #settle(lane: Lane<K>): void {
    const free = lane.working < this.#perLane;
    for (const kind of ["urgent", "ordinary"] as const) {
      if (free && lane[kind].size > 0) this.#ready[kind].add(lane);
      else this.#ready[kind].delete(lane);
    }
    if (lane.working === 0 && lane.urgent.size === 0 && lane.ordinary.size === 0) this.#lanes.delete(lane.name);
  }
}
