import { deltaForest, typeOf } from "../../../../kernel/git/objects/delta-forest.ts";
import type { GitObject, ObjectProblem } from "../../../../kernel/git/objects/object-problem.ts";
import type { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import type { Pack } from "../../../../kernel/git/objects/pack.ts";
import { BlobWalk } from "../../../../kernel/git/objects/walk-blobs.ts";
import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { ScanOptions } from "../scanner.ts";
import { BlobScanner, type BlobState } from "./blob-scanner.ts";
import { HashTable } from "./hash-table.ts";
import type { HistoryRules } from "./history-rules.ts";
import { type Hit, type Mark, WindowScanner } from "./window-scanner.ts";
import { WordFinder } from "./word-finder.ts";
import { sharesOf, WorkShares } from "./work-shares.ts";

/** What threads share. */
export interface SharedTables {
  readonly lines: SharedArrayBuffer;
  readonly seen: SharedArrayBuffer;
  readonly threads: number;
  /** Of the HMAC by which values are recognised. */
  readonly key: Secret;
}

export interface BlobScanOptions extends ScanOptions {
  /** Larger blobs are not read. In bytes. */
  readonly largest: number;
  readonly onHits: (id: string, found: FoundPlaces) => void;
  readonly onProblem: (id: string, problem: ObjectProblem) => void;
  /** After each batch. */
  readonly onBatch?: () => void;
}

/** Values, and pieces of a blob that tell them: hit, start, end, hit, start, end … There are many, so they are no objects. */
export type FoundPlaces = readonly number[];

/** Trees of deltas that a thread takes at once. */
const SHARE = 16;

/** All objects of a repository, or this thread's shares of them: one counter for each pack, and one for the loose ones. */
export function scanStore(
  scan: BlobScan,
  store: ObjectStore,
  loose: readonly string[],
  shares: readonly SharedArrayBuffer[],
): void {
  const counter = (index: number): WorkShares => new WorkShares(shares[index] ?? WorkShares.memory());
  store.packs.forEach((pack, index) => scan.scanPack(store, pack, counter(index)));
  for (const id of sharesOf(loose, SHARE, counter(store.packs.length))) scan.scanObject(id, store.read(id));
  scan.end();
}

/** Looks at blobs, whatever their paths: which of them hold which values. */
export class BlobScan {
  readonly #scanner: BlobScanner;
  readonly #windows: WindowScanner;
  readonly #options: BlobScanOptions;
  #waiting: { readonly id: string; readonly marks: readonly Mark[] }[] = [];
  blobs = 0;
  bytes = 0;

  constructor(sorted: HistoryRules, { lines, seen, threads, key }: SharedTables, options: BlobScanOptions) {
    this.#options = options;
    this.#windows = new WindowScanner(sorted, {
      maxDecodeDepth: options.maxDecodeDepth,
      allowComments: options.allowComments,
      seen: new HashTable(seen, threads),
      key,
      onFlush: () => this.#report(),
    });
    this.#scanner = new BlobScanner(
      new HashTable(lines, threads),
      new WordFinder(sorted, options.maxDecodeDepth),
      this.#windows,
    );
  }

  /** The number of a value that was found elsewhere. */
  hitOf(name: string): Hit {
    return this.#windows.numberOf(name);
  }

  /** What the numbers of hits stand for. */
  get names(): readonly string[] {
    return this.#windows.names;
  }

  /** All blobs of a pack, or this thread's shares of them. */
  scanPack(store: ObjectStore, pack: Pack, shares: WorkShares): void {
    const forest = deltaForest(pack);
    const idOf = (rank: number): string => pack.idOf(rank).toString("hex");
    const walk = new BlobWalk<BlobState | undefined>(pack, forest, {
      largest: this.#options.largest,
      visit: (rank, bytes, change) => this.#visit(() => idOf(rank), bytes, change),
      onProblem: (rank, problem) => this.#options.onProblem(idOf(rank), problem),
      readAgain: (from, rank) => store.readPacked(from, rank),
    });
    const bases = new Map(forest.foreign.map(({ rank, base }) => [rank, base]));
    const unreadable = new Set(forest.unreadable);
    const roots: number[] = [];
    for (let rank = 0; rank < forest.types.length; rank++)
      if (typeOf(forest, rank) === "blob" || bases.has(rank) || unreadable.has(rank)) roots.push(rank);
    for (const root of sharesOf(roots, SHARE, shares)) {
      if (unreadable.has(root)) walk.give(root, "corrupt");
      else if (!bases.has(root)) walk.walk(root);
      else {
        const found = store.readPacked(pack, root);
        if (typeof found === "string") walk.give(root, found);
        else if (found.type === "blob") walk.walk(root, found.bytes);
      }
    }
    this.#windows.flush();
  }

  /** A blob by itself. */
  scanObject(id: string, found: GitObject | ObjectProblem): void {
    if (typeof found === "string") this.#options.onProblem(id, found);
    else if (found.type === "blob") this.#visit(() => id, found.bytes, undefined);
  }

  end(): void {
    this.#windows.flush();
  }

  #visit(idOf: () => string, bytes: Buffer, change: Parameters<BlobScanner["scan"]>[1]): BlobState | undefined {
    this.blobs += 1;
    this.bytes += bytes.length;
    const state = this.#scanner.scan(bytes, change);
    if (state !== undefined && state.marks.length > 0) {
      const marks = state.marks.filter(({ window }) => window.hits?.length !== 0);
      if (marks.length > 0) this.#waiting.push({ id: idOf(), marks });
    }
    return state;
  }

  #report(): void {
    for (const { id, marks } of this.#waiting) {
      const found: number[] = [];
      for (const { start, end, window } of marks) for (const hit of window.hits ?? []) found.push(hit, start, end);
      if (found.length > 0) this.#options.onHits(id, found);
    }
    this.#waiting = [];
    this.#options.onBatch?.();
  }
}
