import { randomBytes } from "node:crypto";
import { readChanges } from "../../../../kernel/git/commit-changes.ts";
import { type CommitInfo, readCommitInfo } from "../../../../kernel/git/commit-info.ts";
import { allCommits, type CommitList, type LogOptions, selectedCommits } from "../../../../kernel/git/commit-list.ts";
import type { ObjectProblem } from "../../../../kernel/git/objects/object-problem.ts";
import { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import { hasPrefix } from "../../../../kernel/git/objects/pack-index.ts";
import { blobsAtHead, openRepository, type Repository } from "../../../../kernel/git/repository.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { Leak } from "../leak.ts";
import type { RuleSet } from "../rule.ts";
import type { ScanOptions, Target } from "../scanner.ts";
import { BlobScan, type SharedTables } from "./blob-scan.ts";
import { type BlobKey, blobKey, ChangeLog } from "./change-log.ts";
import { HashTable } from "./hash-table.ts";
import { historyRules } from "./history-rules.ts";
import { targetOf } from "./introduction-target.ts";
import { type Introduction, introductions } from "./introductions.ts";
import { PathScan } from "./path-scan.ts";
import { type Hit, hitName } from "./window-scanner.ts";

export interface HistoryOptions extends ScanOptions {
  /** Larger blobs are not read. In bytes. */
  readonly largest: number;
  /** Undefined: all that refs lead to. */
  readonly log: LogOptions | undefined;
  /** Whether to report what no commit leads to. */
  readonly unreachable: boolean;
  readonly onProblem: (what: string, reason: string) => void;
  readonly onProgress?: (line: string) => void;
}

const ENTRIES = 4_000_000;

/** The history of a repository. */
export class HistoryScan implements Disposable {
  readonly #repository: Repository;
  readonly #store: ObjectStore;
  readonly #byPath: PathScan;
  /** Values for which the whole file is asked in the end. */
  readonly #wholeFile: ReadonlySet<string>;
  readonly #whole = new Set<Hit>();
  readonly #options: HistoryOptions;
  readonly #tables: SharedTables;
  readonly #hits = new Map<BlobKey, readonly Hit[]>();
  readonly #ids = new Map<BlobKey, string>();
  readonly #problems = new Map<ObjectProblem, string[]>();
  readonly #wanted = new Map<string, ReadonlySet<string>>();
  #scan: BlobScan;
  #atHead: ReadonlySet<string> = new Set();
  #commits: CommitList = { ids: [], unreadable: 0 };

  /** Errors: KST_SCAN_GIT. */
  constructor(folder: string, rules: RuleSet, options: HistoryOptions) {
    this.#repository = openRepository(folder);
    this.#options = options;
    this.#byPath = new PathScan(rules, options);
    this.#wholeFile = historyRules(rules).wholeFile;
    const { hashLength, objects } = this.#repository;
    this.#store = new ObjectStore(objects, { hashLength, largest: options.largest, onUnusable: options.onProblem });
    this.#tables = {
      lines: HashTable.memory(ENTRIES),
      seen: HashTable.memory(ENTRIES),
      threads: 1,
      key: Secret.fromBytes(randomBytes(32)),
    };
    this.#scan = new BlobScan(rules, this.#tables, {
      ...options,
      onHits: (id, hits) => {
        this.#hits.set(blobKey(id), hits);
        this.#ids.set(blobKey(id), id);
      },
      onProblem: (id, problem) => {
        const list = this.#problems.get(problem);
        if (list === undefined) this.#problems.set(problem, [id]);
        else list.push(id);
      },
    });
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  get blobs(): number {
    return this.#scan.blobs;
  }

  get bytes(): number {
    return this.#scan.bytes;
  }

  get commits(): number {
    return this.#commits.ids.length;
  }

  /** What remains to be confirmed by the whole rules: pieces of files in the commits that brought something in. */
  async *targets(): AsyncGenerator<readonly Target[]> {
    const { log: logOptions } = this.#options;
    this.#commits =
      logOptions === undefined
        ? allCommits(this.#repository, this.#store)
        : selectedCommits(this.#repository, logOptions);
    const log = new ChangeLog((path) => this.#byPath.isWatched(path));
    const unreadable = await readChanges(this.#repository, this.#commits.ids, log, logOptions?.paths);
    this.#scanAll();
    this.#scanWatched(log);
    this.#countMissing(log);
    this.#tellProblems(unreadable + this.#commits.unreadable);
    const found = introductions(log, this.#hits);
    this.#atHead = new Set(
      [...blobsAtHead(this.#repository).values()].flatMap((id) => this.#namesOf(this.#hits.get(blobKey(id)) ?? [])),
    );
    let batch: Target[] = [];
    for (const one of found) {
      const target = this.#targetOf(one);
      if (target !== undefined) batch.push(target);
      if (batch.length < 200) continue;
      yield batch;
      batch = [];
    }
    if (this.#options.unreachable) batch.push(...this.#unreachable(log));
    if (batch.length > 0) yield batch;
  }

  /** Of leaks in targets those that their commit brought in, with who made it. */
  accept(leaks: readonly Leak[]): readonly Leak[] {
    const infos = new Map<string, CommitInfo | undefined>();
    return leaks.flatMap((leak) => {
      const { commit = "", file, rule, secret } = leak;
      const name = hitName(rule, secret, this.#tables.key);
      if (this.#wanted.get(`${commit}:${file}`)?.has(name) !== true) return [];
      if (commit !== "" && !infos.has(commit)) infos.set(commit, readCommitInfo(this.#store, commit));
      const info = infos.get(commit);
      return [info === undefined ? leak : { ...leak, origin: { ...info, atHead: this.#atHead.has(name) } }];
    });
  }

  #scanAll(): void {
    for (const pack of this.#store.packs) this.#scan.scanPack(this.#store, pack);
    for (const id of this.#store.looseIds()) this.#scan.scanObject(id, this.#store.read(id));
    this.#scan.end();
  }

  #scanWatched(log: ChangeLog): void {
    for (const { id, leaks } of this.#byPath.scan(log.watched, (one) => this.#store.read(one))) {
      if (leaks.length === 0) continue;
      const hits = leaks.map(({ rule, secret }) => this.#scan.hitOf(rule, secret));
      for (const hit of hits) this.#whole.add(hit);
      const key = blobKey(id);
      this.#hits.set(key, [...new Set([...(this.#hits.get(key) ?? []), ...hits])]);
      this.#ids.set(key, id);
    }
  }

  /** Blobs with hits that no commit has. */
  #unreachable(log: ChangeLog): readonly Target[] {
    const reached = new Set<BlobKey | undefined>();
    for (let index = 0; index < log.count; index++) reached.add(log.afterOf(index));
    return [...this.#hits].flatMap(([blob, hits]) => {
      const path = `unreachable/${this.#ids.get(blob) ?? ""}`;
      return reached.has(blob) ? [] : (this.#target({ blob, hits, path }) ?? []);
    });
  }

  #targetOf({ commit, path, blob, hits }: Introduction): Target | undefined {
    return this.#target({ blob, hits, path, commit: this.#commits.ids[commit] ?? "" });
  }

  #target({
    blob,
    hits,
    path,
    commit,
  }: {
    blob: BlobKey;
    hits: readonly Hit[];
    path: string;
    commit?: string;
  }): Target | undefined {
    const found = this.#store.read(this.#ids.get(blob) ?? "");
    const names = this.#namesOf(hits);
    this.#wanted.set(`${commit ?? ""}:${path}`, new Set(names));
    const origin = { path, ...(commit === undefined ? {} : { commit }) };
    // What its name alone tells is told of a file that cannot be read, too.
    const bytes = typeof found === "string" || found.bytes.length === 0 ? Buffer.from("\n") : found.bytes;
    const isWhole =
      hits.some((hit) => this.#whole.has(hit)) || names.some((name) => this.#wholeFile.has(name.split(":")[0] ?? ""));
    return isWhole ? { origin, bytes } : targetOf(bytes, origin, this.#scan.placesOf(bytes, new Set(names)));
  }

  #namesOf(hits: readonly Hit[]): readonly string[] {
    const { names } = this.#scan;
    return hits.flatMap((hit) => names[hit] ?? []);
  }

  /** What commits have and this repository has not: a partial clone gets it when it is asked for, which is not now. */
  #countMissing(log: ChangeLog): void {
    const { hashLength } = this.#repository;
    const loose = new Set([...this.#store.looseIds()].map(blobKey));
    const missing = log.blobs().filter((key) => {
      if (loose.has(key)) return false;
      return !this.#store.packs.some(({ index }) => hasPrefix(index.ids, hashLength, key));
    });
    if (missing.length > 0)
      this.#problems.set(
        "missing",
        Array.from(missing, (key) => key.toString(16).padStart(13, "0")),
      );
  }

  #tellProblems(commits: number): void {
    const { onProblem } = this.#options;
    for (const [problem, ids] of this.#problems) {
      const what = `${ids.length} ${ids.length === 1 ? "object" : "objects"} (${ids[0]?.slice(0, 12) ?? ""}${ids.length > 1 ? ", …" : ""})`;
      onProblem(what, problem === "too large" ? `larger than ${this.#options.largest} bytes` : problem);
    }
    if (commits > 0)
      onProblem(
        `${commits} ${commits === 1 ? "commit" : "commits"}`,
        "a commit or one of its trees is missing or damaged",
      );
  }
}
