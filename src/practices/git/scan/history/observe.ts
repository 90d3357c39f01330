import { readChanges } from "../../../../kernel/git/commit-changes.ts";
import { type CommitInfo, readCommitInfo } from "../../../../kernel/git/commit-info.ts";
import { allCommits, type CommitList, type LogOptions, selectedCommits } from "../../../../kernel/git/commit-list.ts";
import { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import { hasPrefix } from "../../../../kernel/git/objects/pack-index.ts";
import { blobsAtHead, openRepository, type Repository } from "../../../../kernel/git/repository.ts";
import type { Leak } from "../leak.ts";
import type { RuleSet } from "../rule.ts";
import type { ScanOptions, Target } from "../scanner.ts";
import { BlobSearch } from "./blob-search.ts";
import { type BlobKey, blobKey, ChangeLog } from "./change-log.ts";
import { historyRules } from "./history-rules.ts";
import { targetOf } from "./introduction-target.ts";
import { introductions } from "./introductions.ts";
import { PathScan } from "./path-scan.ts";
import type { Hit } from "./window-scanner.ts";

export interface HistoryOptions extends ScanOptions {
  /** Larger blobs are not read. In bytes. */
  readonly largest: number;
  /** Undefined: all that refs lead to. */
  readonly log: LogOptions | undefined;
  /** Whether to report what no commit leads to. */
  readonly unreachable: boolean;
  readonly onProblem: (what: string, reason: string) => void;
  readonly onProgress?: (line: string) => void;
  /** Default: one for each core, where there is enough to do. */
  readonly threads?: number;
}

/** Beyond so many it is faster to read whole packs than one object after the other. */
const FEW_BLOBS = 5_000;
const BATCH = 400;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Of a file without content, or one that cannot be read, the name may still be a finding. */
const NO_CONTENT = Buffer.from("\n");

/** Values that a commit, or none, brought into a file. */
interface Brought {
  readonly blob: BlobKey;
  readonly hits: readonly Hit[];
  readonly path: string;
  readonly commit?: string;
}

/**
 * The history of a repository.
 *
 * Flow: (1) which commits there are, and which files each changes, told by git; (2) meanwhile which blobs hold which values,
 * whatever their names; (3) which commit brought which value into which file; (4) these files' places are given out as targets,
 * to be scanned by the whole rules with their paths; (5) of what is found there `accept` takes what belongs to the commit.
 *
 * What cannot be read is counted and told by `onProblem`; nothing of it stops the rest.
 */
export class HistoryScan implements Disposable {
  readonly #repository: Repository;
  readonly #store: ObjectStore;
  readonly #options: HistoryOptions;
  readonly #byPath: PathScan;
  readonly #search: BlobSearch;
  /** Rules, and values, for which the whole file is asked in the end. */
  readonly #wholeFile: ReadonlySet<string>;
  readonly #whole = new Set<Hit>();
  readonly #wanted = new Map<string, ReadonlySet<string>>();
  #atHead: ReadonlySet<string> = new Set();
  #commits: CommitList = { ids: [], unreadable: 0 };

  /** Errors: KST_SCAN_GIT. */
  constructor(folder: string, rules: RuleSet, options: HistoryOptions) {
    this.#repository = openRepository(folder);
    this.#options = options;
    const sorted = historyRules(rules);
    this.#byPath = new PathScan(rules, sorted, options);
    this.#wholeFile = sorted.wholeFile;
    const { hashLength, objects } = this.#repository;
    this.#store = new ObjectStore(objects, { hashLength, largest: options.largest, onUnusable: options.onProblem });
    this.#search = new BlobSearch(
      this.#repository,
      this.#store,
      { rules, sorted },
      {
        ...options,
        threads: options.threads,
        onProgress: (blobs, bytes) => options.onProgress?.(`${blobs} files, ${(bytes / 1e6).toFixed(0)} MB`),
      },
    );
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  get summary(): string {
    const { blobs, bytes } = this.#search.counts;
    return `${this.#commits.ids.length} commits, ${blobs} versions of files, ${(bytes / 1e6).toFixed(1)} MB`;
  }

  async *targets(): AsyncGenerator<readonly Target[]> {
    const search = this.#search;
    const { log: logOptions } = this.#options;
    const log = new ChangeLog((path) => logOptions !== undefined || this.#byPath.isWatched(path));
    if (logOptions === undefined) {
      const [unreadable] = await Promise.all([this.#readLog(log, undefined), search.searchAll()]);
      this.#tellProblems(log, unreadable);
    } else {
      const unreadable = await this.#readLog(log, logOptions);
      const blobs = new Set(log.watched.map(({ id }) => id));
      if (blobs.size > FEW_BLOBS) await search.searchAll();
      else search.searchSome(blobs);
      this.#tellProblems(log, unreadable);
    }
    this.#scanWatched(log);
    const head = [...blobsAtHead(this.#repository).values()];
    this.#atHead = new Set(head.flatMap((id) => search.namesOf(search.hits.get(blobKey(id)) ?? [])));
    yield* this.#targetsOf(this.#brought(log));
  }

  *#brought(log: ChangeLog): Generator<Brought> {
    for (const { commit, ...brought } of introductions(log, this.#search.hits))
      yield { ...brought, commit: this.#commits.ids[commit] ?? "" };
    if (!this.#options.unreachable) return;
    const reached = new Set(log.blobs());
    for (const [blob, hits] of this.#search.hits) {
      if (!reached.has(blob)) yield { blob, hits, path: `unreachable/${this.#search.ids.get(blob) ?? ""}` };
    }
  }

  /** Of leaks in targets those that their commit brought in, with who made it. */
  accept(leaks: readonly Leak[]): readonly Leak[] {
    const infos = new Map<string, CommitInfo | undefined>();
    return leaks.flatMap((leak) => {
      const { commit = "", file } = leak;
      const name = this.#search.nameOf(leak);
      if (this.#wanted.get(`${commit}:${file}`)?.has(name) !== true) return [];
      if (commit !== "" && !infos.has(commit)) infos.set(commit, readCommitInfo(this.#store, commit));
      const info = infos.get(commit);
      return [info === undefined ? leak : { ...leak, origin: { ...info, atHead: this.#atHead.has(name) } }];
    });
  }

  /** Returns how many commits could not be read. */
  async #readLog(log: ChangeLog, options: LogOptions | undefined): Promise<number> {
    this.#commits =
      options === undefined
        ? await allCommits(this.#repository, this.#store)
        : await selectedCommits(this.#repository, options);
    const unreadable = await readChanges(this.#repository, this.#commits.ids, log, options?.paths);
    return unreadable + this.#commits.unreadable;
  }

  #scanWatched(log: ChangeLog): void {
    const versions = log.watched.filter(({ path }) => this.#byPath.isWatched(path));
    for (const { id, leaks } of this.#byPath.scan(versions, (one) => this.#store.read(one))) {
      if (leaks.length === 0) continue;
      const hits = leaks.map((leak) => this.#search.hitOf(this.#search.nameOf(leak)));
      for (const hit of hits) this.#whole.add(hit);
      this.#search.add(id, hits);
    }
  }

  /** Files' places as targets, in batches. */
  *#targetsOf(all: Iterable<Brought>): Generator<readonly Target[]> {
    let batch: Target[] = [];
    let size = 0;
    // Versions of a file are made from each other: one after the other, each is made once.
    for (const brought of [...all].sort((a, b) => compare(a.path, b.path))) {
      const target = this.#targetOf(brought);
      batch.push(target);
      size += target.bytes.length;
      if (batch.length < BATCH && size < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      size = 0;
    }
    if (batch.length > 0) yield batch;
  }

  #targetOf({ blob, hits, path, commit }: Brought): Target & { readonly bytes: Buffer } {
    const found = this.#store.read(this.#search.ids.get(blob) ?? "");
    const names = this.#search.namesOf(hits);
    this.#wanted.set(`${commit ?? ""}:${path}`, new Set(names));
    const isWhole =
      hits.some((hit) => this.#whole.has(hit)) ||
      names.some((name) => this.#wholeFile.has(name.slice(0, name.lastIndexOf(":"))));
    return targetOf(
      typeof found === "string" || found.bytes.length === 0 ? NO_CONTENT : found.bytes,
      { path, ...(commit === undefined ? {} : { commit }) },
      isWhole ? [] : this.#search.placesOf(blob, hits),
    );
  }

  /** What commits have and the repository has not, too: a partial clone gets it when it is asked for, which is not now. */
  #tellProblems(log: ChangeLog, commits: number): void {
    const { onProblem, largest } = this.#options;
    const { hashLength } = this.#repository;
    const loose = new Set([...this.#store.looseIds()].map(blobKey));
    const isThere = (key: BlobKey): boolean =>
      loose.has(key) || this.#store.packs.some(({ index }) => hasPrefix(index.ids, hashLength, key));
    const missing = [...log.blobs()].filter((key) => !isThere(key)).map((key) => key.toString(16).padStart(13, "0"));
    const all = [...this.#search.problems, ["missing", missing] as const];
    for (const [problem, ids] of all) {
      if (ids.length === 0) continue;
      const what = `${ids.length} ${ids.length === 1 ? "object" : "objects"} (${ids[0]?.slice(0, 12) ?? ""}${ids.length > 1 ? ", …" : ""})`;
      onProblem(what, problem === "too large" ? `larger than ${largest} bytes` : problem);
    }
    const reason = "a commit or one of its trees is missing or damaged";
    if (commits > 0) onProblem(`${commits} ${commits === 1 ? "commit" : "commits"}`, reason);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
