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
import { type Hit, type Window, WindowScanner } from "./window-scanner.ts";
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
  readonly onHits: (id: string, hits: readonly Hit[]) => void;
  readonly onProblem: (id: string, problem: ObjectProblem) => void;
  /** After each batch. */
  readonly onBatch?: () => void;
}

/** Pieces of a blob. */
export type Places = readonly { readonly start: number; readonly end: number }[];

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
  #waiting: { readonly id: string; readonly windows: readonly Window[] }[] = [];
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

  /** Where in blobs something may stand that is wanted there: pieces of each. */
  placesOf(asked: readonly { readonly bytes: Buffer; readonly names: ReadonlySet<string> }[]): readonly Places[] {
    const states = asked.map(({ bytes }) => this.#scanner.scan(bytes, undefined));
    // Only now is it known what was found: one round for all, since a round costs a timer.
    this.#windows.flush();
    const { names } = this.#windows;
    return states.map((state, index) => {
      const wanted = asked[index]?.names;
      const marks = state?.marks ?? [];
      return marks.filter(({ window: { hits } }) => hits?.some((hit) => wanted?.has(names[hit] ?? "")) === true);
    });
  }

  #visit(idOf: () => string, bytes: Buffer, change: Parameters<BlobScanner["scan"]>[1]): BlobState | undefined {
    this.blobs += 1;
    this.bytes += bytes.length;
    const state = this.#scanner.scan(bytes, change);
    const windows = (state?.marks ?? []).filter(({ window }) => window.hits?.length !== 0).map(({ window }) => window);
    if (windows.length > 0) this.#waiting.push({ id: idOf(), windows });
    return state;
  }

  #report(): void {
    for (const { id, windows } of this.#waiting) {
      const hits = new Set(windows.flatMap(({ hits: some }) => some ?? []));
      if (hits.size > 0) this.#options.onHits(id, [...hits]);
    }
    this.#waiting = [];
    this.#options.onBatch?.();
  }
}
