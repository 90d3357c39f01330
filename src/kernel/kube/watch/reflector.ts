import { KustodyError, toKustodyError } from "../../errors.ts";
import { backoff } from "../../http/retry-policy.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import type { Collection } from "../api/collection.ts";
import type { KubeObject, ObjectRef } from "../object/object-meta.ts";
import { type Change, ObjectStore } from "./object-store.ts";
import { type WatchEvent, watchOnce } from "./watch-once.ts";

export interface ReflectorOptions<T extends KubeObject, V> {
  /** What to keep of an object; the object itself is dropped at once. `before` is what is kept of its last version. */
  readonly reduce: (object: T, before: V | undefined) => V;
  /** Called in the order of the cluster's history. What it throws is given to `onError` and stops nothing. */
  readonly onChange?: (change: Change<V>) => void;
  /** Objects that can't be decoded, and failures before each retry. */
  readonly onError?: (error: KustodyError) => void;
  /** A full list is complete: the first, or one that became necessary; at which version of the cluster. */
  readonly onListed?: (resourceVersion: string) => void;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** `"pages"` (default): paged list, then watch. `"stream"`: the list as a watch's initial events, where the server can. */
  readonly listBy?: "pages" | "stream";
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** A mirror of a collection that follows the cluster until it is stopped. */
export interface Reflector<V> {
  /** Resolves when the first list is complete; rejects if it is stopped before. */
  readonly synced: Promise<void>;
  readonly size: number;
  get(ref: ObjectRef): V | undefined;
  values(namespace?: string): IterableIterator<V>;
  /** Ends the watch; resolves when no callback will be called any more. */
  stop(): Promise<void>;
}

const RETRY = { base: 400, cap: 30_000 };

/**
 * Keeps a store of projections equal to the collection.
 *
 * Flow: list, watch from the list's version, resume after each end from the last version seen (bookmarks included);
 * when that version is no longer kept (410), list again and report the difference.
 * Guarantees: those of `ObjectStore`; a change is missed only if a newer one of the same object follows it at once,
 * and that only across a relist. Failures are retried for ever with jittered backoff.
 * Caveats: between a lost connection and its detection (at most 150 s) the store is old; `reduce` and `onChange` run on
 * the event loop between two reads and must be quick.
 *
 * @example
 * const secrets = reflect(kube.allMetadata(Secrets), { reduce: (o) => o.metadata.labels, onChange: ({ ref }) => queue.add(keyOf(ref)) });
 * await secrets.synced;
 */
export function reflect<T extends KubeObject, V>(
  collection: Collection<T>,
  options: ReflectorOptions<T, V>,
): Reflector<V> {
  const run = new Run(collection, options);
  const ended = run.loop();
  return {
    synced: run.synced.promise,
    get size() {
      return run.store.size;
    },
    get: (ref) => run.store.get(ref),
    values: (namespace) => run.store.values(namespace),
    stop: async () => {
      run.stopper.abort();
      await ended;
    },
  };
}

class Run<T extends KubeObject, V> {
  readonly store = new ObjectStore<V>();
  readonly stopper = new AbortController();
  readonly synced = Promise.withResolvers<void>();
  readonly #collection: Collection<T>;
  readonly #options: ReflectorOptions<T, V>;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Where to resume; undefined: list first. */
  #version: string | undefined;
  #streaming: boolean;
  #failures = 0;
  /** Milliseconds that the server asked us to stay away. */
  #asked = 0;

  constructor(collection: Collection<T>, options: ReflectorOptions<T, V>) {
    this.#collection = collection;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#streaming = options.listBy === "stream";
    // Who never looks at `synced` must not be ended by its rejection.
    this.synced.promise.catch(() => {});
  }

  async loop(): Promise<void> {
    const { signal } = this.stopper;
    while (!signal.aborted) {
      const before = this.#version;
      try {
        if (this.#version === undefined && !this.#streaming) await this.#list();
        await this.#watch();
        // A server that ends each watch at once must not be asked without pause.
        this.#failures = this.#version === before ? this.#failures + 1 : 0;
      } catch (error) {
        if (signal.aborted) break;
        this.#failed(error);
      }
      if (this.#failures > 0) await this.#pause(Math.max(this.#asked, backoff(RETRY, this.#failures, this.#random())));
      this.#asked = 0;
    }
    this.synced.reject(new KustodyError("KST_HTTP_ABORTED", `${this.#collection.describe("watch")}: stopped`));
  }

  async #list(): Promise<void> {
    const { labelSelector, fieldSelector } = this.#options;
    const selectors = {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
    let version = "";
    this.store.beginRound();
    for await (const page of this.#collection.pages({ ...selectors, signal: this.stopper.signal })) {
      for (const error of page.invalid) this.#report(error);
      for (const object of page.items) this.#emit(this.store.put(object, this.#options.reduce));
      version = page.resourceVersion;
    }
    this.#listed(version);
  }

  async #watch(): Promise<void> {
    const initialEvents = this.#version === undefined;
    if (initialEvents) this.store.beginRound();
    const batches = watchOnce(this.#collection, {
      resourceVersion: this.#version ?? "",
      initialEvents,
      labelSelector: this.#options.labelSelector,
      fieldSelector: this.#options.fieldSelector,
      // By chance, so that not all watches of all replicas begin anew together.
      timeoutSeconds: Math.round(300 + 300 * this.#random()),
      signal: this.stopper.signal,
    });
    for await (const batch of batches) {
      for (const event of batch) this.#take(event);
      this.#failures = 0;
    }
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === "bookmark") {
      if (this.#version === undefined && !event.initialEnd) return;
      if (this.#version === undefined) this.#listed(event.resourceVersion);
      this.#version = event.resourceVersion;
      return;
    }
    const meta = event.object?.metadata;
    if (event.type === "invalid") this.#report(event.error);
    if (meta === undefined) return;
    const gone = event.type === "deleted" || event.type === "invalid";
    if (gone) this.#emit(this.store.remove(meta, meta.resourceVersion ?? ""));
    else this.#emit(this.store.put(event.object, this.#options.reduce));
    // Initial events come in no order of versions: only their final bookmark is a place to resume.
    if (this.#version !== undefined) this.#version = meta.resourceVersion ?? this.#version;
  }

  #listed(version: string): void {
    this.#emit(this.store.finishRound());
    this.#version = version;
    this.#options.onListed?.(version);
    this.synced.resolve();
  }

  #emit(changes: readonly Change<V>[]): void {
    for (const change of changes) {
      try {
        this.#options.onChange?.(change);
      } catch (error) {
        this.#report(toKustodyError(error));
      }
    }
  }

  #failed(cause: unknown): void {
    const error = toKustodyError(cause);
    if (error.code === "KST_KUBE_EXPIRED") {
      // Not a failure: the list that follows tells what was missed. Only a second one in a row waits.
      if (this.#version === undefined) this.#failures++;
      this.#version = undefined;
      return;
    }
    if (this.#streaming && this.#version === undefined && error.code === "KST_KUBE_INVALID") {
      this.#streaming = false;
      return;
    }
    this.#failures++;
    if (typeof error.retry === "object") this.#asked = error.retry.after;
    this.#report(error);
  }

  #report(error: KustodyError): void {
    this.#options.onError?.(error);
  }

  async #pause(millis: number): Promise<void> {
    await this.#clock.sleep(millis, this.stopper.signal).catch(() => {});
  }
}
