import type { Clock } from "../../observe/clock.ts";
import type { Query, Ref, Store, StoreError } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";
import { onAbort } from "./on-abort.ts";

/** What a search found, sorted by key, or why it could not. */
export type Found = readonly Ref[] | StoreError;

/** More keys than this are no Secret: it holds a mebibyte. */
const MOST_KEYS = 5_000;
/** Searches of one identity whose outcome is kept. */
const MOST_SEARCHES = 64;

interface Search {
  /** When it began: what it found is no younger. */
  readonly at: number;
  readonly found: Promise<Found>;
}

/** The searches of one identity: one at a time for each query, shared by all who allow its age. */
export class KeySearches {
  readonly #open: () => Promise<Store>;
  readonly #limits: { readonly clock: Clock; readonly timeoutMillis: number };
  readonly #searches = new Map<string, Search>();
  readonly #closing = new AbortController();
  #underWay = 0;

  constructor(open: () => Promise<Store>, limits: { readonly clock: Clock; readonly timeoutMillis: number }) {
    this.#open = open;
    this.#limits = limits;
  }

  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  /** The keys that match, from a search that is younger than `maxAgeMillis` or a new one. Rejects when `signal` aborts. */
  async find(query: Query, maxAgeMillis: number, signal: AbortSignal): Promise<{ at: number; found: Found }> {
    signal.throwIfAborted();
    const tags = Object.entries(query.tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const id = JSON.stringify([query.path, query.name, tags]);
    const now = this.#limits.clock.now();
    let search = this.#searches.get(id);
    if (search === undefined || now - search.at >= maxAgeMillis) search = this.#begin(id, query, now);
    const { at, found } = search;
    const stop = Promise.withResolvers<never>();
    const unwatch = onAbort(signal, () => stop.reject(signal.reason));
    try {
      return { at, found: await Promise.race([found, stop.promise]) };
    } finally {
      unwatch();
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort();
    this.#searches.clear();
  }

  #begin(id: string, query: Query, at: number): Search {
    const search = { at, found: this.#run(query) };
    this.#searches.delete(id);
    this.#searches.set(id, search);
    const [oldest] = this.#searches.keys();
    if (this.#searches.size > MOST_SEARCHES && oldest !== undefined) this.#searches.delete(oldest);
    void search.found.then((found) => {
      // "No" is not remembered.
      if ("error" in found && this.#searches.get(id) === search) this.#searches.delete(id);
    });
    return search;
  }

  async #run(query: Query): Promise<Found> {
    const { clock, timeoutMillis } = this.#limits;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#closing.signal]);
    const late = (): StoreError => {
      const closed = this.#closing.signal.aborted;
      const message = closed ? "the store was closed" : `the search took longer than ${timeoutMillis} ms`;
      return { error: "unavailable", message };
    };
    this.#underWay += 1;
    try {
      const collected = collect(this.#open, query, signal).catch(storeErrorOf);
      return await Promise.race([collected, clock.sleep(timeoutMillis, signal).then(late, late)]);
    } finally {
      this.#underWay -= 1;
      over.abort();
    }
  }
}

async function collect(open: () => Promise<Store>, query: Query, signal: AbortSignal): Promise<Found> {
  const store = await open();
  if (store.find === undefined) return { error: "invalid", message: "this store cannot be searched" };
  const keys = new Map<string, Ref>();
  for await (const ref of store.find(query, signal)) {
    signal.throwIfAborted();
    keys.set(ref.key, ref);
    if (keys.size > MOST_KEYS) {
      return { error: "invalid", message: `more than ${MOST_KEYS} keys are found: narrow path, name or tags` };
    }
  }
  return [...keys.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
