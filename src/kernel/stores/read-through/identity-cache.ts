import {
  type Answer,
  isStoreError,
  isValue,
  type Lease,
  type Read,
  type Ref,
  type Store,
  type StoreError,
} from "../store.ts";
import type { Ask } from "./ask.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { disposeRead, sizeOfRead } from "./copy-read.ts";
import { decide, isSpent, type Settled } from "./decide.ts";
import { Flight } from "./flight.ts";
import type { LeaseTable } from "./lease-table.ts";
import type { ReadThroughOptions } from "./read-through-options.ts";
import { refKey } from "./ref-key.ts";
import { runBatch } from "./run-batch.ts";
import type { BatchOutcome, LaneUser, StoreLane } from "./store-lane.ts";

interface Entry {
  settled?: Settled | undefined;
  flight?: Flight | undefined;
  /** Waits for `flight` to end, since that one began too early for its askers. */
  next?: Flight | undefined;
}

export interface ReadThroughCounts {
  /** Refs that callers asked for. */
  asked: number;
  /** Refs answered from memory. */
  fromMemory: number;
  /** Refs sent to stores, and the batches that carried them. */
  sent: number;
  batches: number;
  /** Refs that the store said were unchanged. */
  unchanged: number;
}

/** Everything of one identity: its answers and its flights. Nothing in here ever serves another identity. */
export class IdentityCache implements LaneUser {
  readonly #options: ReadThroughOptions;
  readonly #lane: StoreLane;
  readonly #budget: ByteBudget;
  readonly #counts: ReadThroughCounts;
  readonly #account: { readonly tenant: string; readonly identity: string };
  readonly #open: () => Promise<Store>;
  readonly #leases: LeaseTable | undefined;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<Flight>();
  readonly #evict: (gone: readonly { identity: string; entry: string }[]) => void;
  #window: AbortController | undefined;
  #loginRefused: { error: StoreError; until: number } | undefined;
  #batchSize: number;
  #opened = false;
  /** Whether one call of the manager carries many refs, so that company is worth waiting for. */
  #gathers = false;
  #lagMillis = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(parts: {
    options: ReadThroughOptions;
    lane: StoreLane;
    budget: ByteBudget;
    counts: ReadThroughCounts;
    account: { tenant: string; identity: string };
    open: () => Promise<Store>;
    leases?: LeaseTable;
    evict: (gone: readonly { identity: string; entry: string }[]) => void;
  }) {
    this.#options = parts.options;
    this.#lane = parts.lane;
    this.#budget = parts.budget;
    this.#counts = parts.counts;
    this.#account = parts.account;
    this.#evict = parts.evict;
    this.#leases = parts.leases;
    this.#batchSize = parts.options.batchSize;
    this.#open = async () => {
      const store = await parts.open();
      this.#batchSize = store.batchSize ?? parts.options.batchSize;
      this.#gathers = (store.batchSize ?? 1) > 1;
      this.#lagMillis = store.lagMillis ?? 0;
      this.#opened = true;
      return store;
    };
  }

  get isBusy(): boolean {
    return this.#waiting.size > 0 || [...this.#entries.values()].some(({ flight }) => flight !== undefined);
  }

  /** Answers `ref` for `ask`, at once or when its flight lands. */
  lookUp(ask: Ask, ref: Ref, maxAgeMillis: number): void {
    const { clock, negativeMillis } = this.#options;
    const key = refKey(ref);
    const entry = this.#entries.get(key) ?? {};
    const now = clock.now();
    const rest = this.#rest(now);
    this.#counts.asked += 1;
    switch (decide(entry, now, maxAgeMillis, rest !== undefined, negativeMillis)) {
      case "answer":
        this.#counts.fromMemory += 1;
        this.#budget.touch({ ...this.#account, entry: key });
        ask.answer(ref, (entry.settled as Settled).read, (entry.settled as Settled).at);
        return;
      case "join":
        entry.flight?.join(ask, ref, maxAgeMillis);
        return;
      case "follow":
        entry.next ??= new Flight(key, ref, this.#onUnwanted);
        entry.next.join(ask, ref, maxAgeMillis);
        return;
      case "refuse":
        ask.answer(ref, rest as StoreError);
        return;
      case "start":
        this.#entries.set(key, entry);
        entry.flight = new Flight(key, ref, this.#onUnwanted);
        entry.flight.join(ask, ref, maxAgeMillis);
        this.#enqueue(entry.flight);
    }
  }

  sendBatch(): Promise<BatchOutcome> | undefined {
    const flights = [...this.#waiting].slice(0, this.#batchSize);
    if (flights.length === 0) return undefined;
    for (const flight of flights) this.#waiting.delete(flight);
    return this.#fly(flights);
  }

  refuseAll(error: StoreError): void {
    const flights = [...this.#waiting];
    this.#waiting.clear();
    for (const flight of flights) this.#land(flight, error, undefined);
  }

  /** Wipes one entry's value, which the budget has already written off. */
  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    disposeRead(entry.settled?.read);
    entry.settled = undefined;
    if (entry.flight === undefined && entry.next === undefined) this.#entries.delete(key);
  }

  /** Wipes everything; who still waits is told so. */
  close(): void {
    this.#window?.abort();
    this.#lane.withdraw(this);
    this.#leases?.forgetScope(this.#account.identity);
    for (const [key, entry] of this.#entries) {
      this.#budget.remove({ ...this.#account, entry: key });
      const closed: StoreError = { error: "unavailable", message: "the store was closed" };
      entry.flight?.settle(closed);
      entry.flight?.batch?.abort();
      entry.next?.settle(closed);
      disposeRead(entry.settled?.read);
    }
    this.#entries.clear();
    this.#waiting.clear();
  }

  #rest(now: number): StoreError | undefined {
    if (this.#loginRefused !== undefined && now < this.#loginRefused.until) {
      return { ...this.#loginRefused.error, retryAfterMillis: Math.ceil(this.#loginRefused.until - now) };
    }
    return this.#lane.refusal();
  }

  #enqueue(flight: Flight): void {
    this.#waiting.add(flight);
    if (this.#opened && this.#waiting.size >= this.#batchSize) {
      this.#window?.abort();
      this.#window = undefined;
      this.#lane.submit(this);
    } else this.#window ??= this.#openWindow();
  }

  /**
   * Time for company: longer soon after another call that carries many, since then more is to come. The first one lasts
   * until the store is open too, which then says how large a batch may be.
   */
  #openWindow(): AbortController {
    const { clock, gatherMillis, timeoutMillis } = this.#options;
    const isBusy = this.#gathers && clock.now() - this.#sentAt < gatherMillis;
    const windowMillis = isBusy ? gatherMillis : this.#options.windowMillis;
    const window = new AbortController();
    const opening = this.#opened
      ? undefined
      : Promise.race([this.#open().catch(() => {}), clock.sleep(timeoutMillis, window.signal)]);
    Promise.all([clock.sleep(windowMillis, window.signal), opening]).then(
      () => {
        if (this.#window === window) this.#window = undefined;
        window.abort();
        this.#lane.submit(this);
      },
      () => {},
    );
    return window;
  }

  async #fly(flights: readonly Flight[]): Promise<BatchOutcome> {
    const { clock } = this.#options;
    const since = clock.now();
    const batch = new AbortController();
    const known = new Map<Ref, string>();
    for (const flight of flights) {
      flight.since = since;
      flight.batch = { flights, abort: () => batch.abort() };
      const settled = this.#entries.get(flight.key)?.settled;
      const isPatient = this.#lagMillis === 0 || this.#lagMillis < flight.maxAgeMillis;
      if (isPatient && settled !== undefined && isValue(settled.read) && !isSpent(settled.read, since)) {
        known.set(flight.ref, settled.read.version);
        flight.lagMillis = this.#lagMillis;
      }
    }
    this.#counts.batches += 1;
    this.#counts.sent += flights.length;
    this.#sentAt = since;
    const reads = await runBatch(
      this.#open,
      flights.map(({ ref }) => ref),
      known,
      batch.signal,
      this.#options,
    );
    const abandoned = batch.signal.aborted;
    const answers = [...reads.values()];
    const answered = answers.some(isAboutTheKey);
    if (answered) this.#loginRefused = undefined;
    for (const flight of flights) {
      this.#arrive(flight, reads.get(flight.ref), abandoned ? undefined : since, known.has(flight.ref));
    }
    return { errors: answers.filter(isStoreError), answered, abandoned };
  }

  #arrive(flight: Flight, read: Read | undefined, since: number | undefined, knew: boolean): void {
    const entry = this.#entries.get(flight.key);
    if (entry?.flight !== flight) {
      disposeRead(read);
      return;
    }
    if (read !== "unchanged") {
      // What was read is as new as the call.
      flight.lagMillis = 0;
      this.#land(flight, read ?? { error: "unavailable", message: "the store left this key unanswered" }, since);
      return;
    }
    this.#counts.unchanged += 1;
    if (entry.settled !== undefined && isValue(entry.settled.read)) {
      // What is said of versions may be older than what was read before.
      const at = since === undefined ? entry.settled.at : Math.max(entry.settled.at, since - flight.lagMillis);
      entry.settled = { read: entry.settled.read, at };
      this.#budget.touch({ ...this.#account, entry: flight.key });
      this.#finish(entry, flight, entry.settled.read);
    } else if (knew && flight.wanted) {
      // The value was evicted while the store compared versions: ask once more, now without a version.
      flight.since = undefined;
      flight.batch = undefined;
      flight.lagMillis = 0;
      this.#enqueue(flight);
    } else {
      const message = "the store called a value unchanged that it was not told of";
      this.#land(flight, { error: "unavailable", message }, undefined);
    }
  }

  /**
   * Gives an answer to all who wait, and keeps it. `since` undefined: it tells nothing about the key and isn't kept.
   * An error of the moment doesn't replace a value that an asker with more patience may still use.
   */
  #land(flight: Flight, read: Answer, since: number | undefined): void {
    const entry = this.#entries.get(flight.key);
    if (entry?.flight !== flight) return;
    if (isStoreError(read) && read.error === "unauthenticated") this.#rememberRefusal(read);
    const place = { ...this.#account, entry: flight.key };
    const bytes = sizeOfRead(read, flight.key);
    const replaces = since !== undefined && (isAboutTheKey(read) || entry.settled === undefined);
    if (replaces) {
      disposeRead(entry.settled?.read);
      entry.settled = undefined;
      this.#budget.remove(place);
    }
    const isKept = replaces && this.#budget.fits(bytes);
    if (isKept) entry.settled = { read, at: since };
    if (isValue(read) && read.lease !== undefined) this.#follow(flight.key, read.lease);
    this.#finish(entry, flight, read);
    if (isKept) this.#evict(this.#budget.put(place, bytes));
    else disposeRead(read);
  }

  /** Has a lease renewed, and lets the cached value live as long as its lease does. */
  #follow(key: string, lease: Lease): void {
    this.#leases?.track(this.#account.identity, lease, {
      renew: async (current, signal) => {
        const store = await this.#open();
        if (store.renew !== undefined) return await store.renew(current, signal);
        return { error: "invalid", message: "this store cannot renew leases" };
      },
      onRenewed: (renewed) => {
        const settled = this.#entries.get(key)?.settled;
        if (settled === undefined || !isValue(settled.read) || settled.read.lease?.id !== renewed.id) return;
        (this.#entries.get(key) as Entry).settled = { ...settled, read: { ...settled.read, lease: renewed } };
      },
    });
  }

  #rememberRefusal(error: StoreError): void {
    const { clock, negativeMillis } = this.#options;
    this.#loginRefused = { error, until: clock.now() + (error.retryAfterMillis ?? negativeMillis.unauthenticated) };
  }

  #finish(entry: Entry, flight: Flight, read: Answer): void {
    entry.flight = undefined;
    flight.settle(read);
    const { next } = entry;
    entry.next = undefined;
    if (next?.wanted) {
      entry.flight = next;
      this.#enqueue(next);
    } else if (entry.settled === undefined) this.#entries.delete(flight.key);
  }

  #onUnwanted = (flight: Flight): void => {
    const entry = this.#entries.get(flight.key);
    if (entry === undefined) return;
    if (entry.next === flight) entry.next = undefined;
    else if (this.#waiting.delete(flight)) {
      entry.flight = undefined;
      if (entry.settled === undefined) this.#entries.delete(flight.key);
    } else if (flight.batch?.flights.every(({ wanted }) => !wanted)) {
      for (const companion of flight.batch.flights) companion.abandoned = true;
      flight.batch.abort();
    }
  };
}

/** An answer about the key, as opposed to one about the state of the store or the login. */
function isAboutTheKey(read: Read): boolean {
  return !isStoreError(read) || read.error === "missing" || read.error === "denied" || read.error === "invalid";
}
