import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ObjectProblem } from "../../../../kernel/git/objects/object-problem.ts";
import type { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import type { Repository } from "../../../../kernel/git/repository.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { Leak } from "../leak.ts";
import type { RuleSet } from "../rule.ts";
import type { ScanOptions } from "../scanner.ts";
import { BlobScan, type FoundPlaces, scanStore } from "./blob-scan.ts";
import { type BlobKey, blobKey } from "./change-log.ts";
import { HashTable } from "./hash-table.ts";
import type { HistoryRules } from "./history-rules.ts";
import { sentRules } from "./rule-transfer.ts";
import { type Hit, hitName, type Place } from "./window-scanner.ts";
import { WorkShares } from "./work-shares.ts";
import type { FromWorker, WorkerTask } from "./worker-messages.ts";

export interface BlobSearchOptions extends ScanOptions {
  readonly largest: number;
  /** Undefined: one for each core, and none but this one where there is little to do. */
  readonly threads: number | undefined;
  readonly onProgress: (blobs: number, bytes: number) => void;
}

/** A rule set, as it is and sorted. */
export interface SortedRules {
  readonly rules: RuleSet;
  readonly sorted: HistoryRules;
}

/** A repository smaller than this costs less than threads do: each of them begins with a cold compiler, and all the rules. */
const FEW_BYTES = 16 * 1024 * 1024;
const FEW_LOOSE = 4_000;
/** Of a pack's bytes and of a loose object: how many lines may be in them that are nowhere else. */
const BYTES_FOR_A_LINE = 16;
const LINES_OF_LOOSE = 60;

/** Which blobs of a repository hold which values; by threads where there is much to do. */
export class BlobSearch {
  readonly hits = new Map<BlobKey, readonly Hit[]>();
  readonly #places = new Map<BlobKey, FoundPlaces>();
  /** Whole ids of the blobs with hits. */
  readonly ids = new Map<BlobKey, string>();
  readonly problems = new Map<ObjectProblem, string[]>();
  readonly #repository: Repository;
  readonly #store: ObjectStore;
  readonly #rules: RuleSet;
  readonly #options: BlobSearchOptions;
  readonly #loose: readonly string[];
  readonly #tables: Pick<WorkerTask, "lines" | "seen" | "threads" | "key">;
  readonly #key: Secret;
  readonly #scan: BlobScan;
  readonly #counts = new Map<Worker, { blobs: number; bytes: number }>();

  constructor(repository: Repository, store: ObjectStore, { rules, sorted }: SortedRules, options: BlobSearchOptions) {
    this.#repository = repository;
    this.#store = store;
    this.#rules = rules;
    this.#options = options;
    this.#loose = [...store.looseIds()];
    const packed = store.packs.reduce((sum, { size }) => sum + size, 0);
    const isSmall = packed < FEW_BYTES && this.#loose.length < FEW_LOOSE;
    const lines = packed / BYTES_FOR_A_LINE + this.#loose.length * LINES_OF_LOOSE;
    const key = randomBytes(32);
    this.#key = Secret.fromBytes(Buffer.from(key));
    const threads = options.threads ?? (isSmall ? 1 : availableParallelism());
    this.#tables = { lines: HashTable.memory(lines), seen: HashTable.memory(lines), threads, key };
    this.#scan = new BlobScan(
      sorted,
      { ...this.#tables, key: this.#key },
      {
        ...options,
        onHits: (id, found) => this.#addPlaces(id, found),
        onProblem: (id, problem) => this.#problem(id, problem),
      },
    );
  }

  /** How much was looked at. */
  get counts(): { readonly blobs: number; readonly bytes: number } {
    const counts = [...this.#counts.values(), this.#scan];
    return {
      blobs: counts.reduce((sum, { blobs }) => sum + blobs, 0),
      bytes: counts.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** By what a leak's value is recognised. */
  nameOf({ rule, secret }: Leak): string {
    return hitName(rule, secret, this.#key);
  }

  namesOf(hits: readonly Hit[]): readonly string[] {
    const { names } = this.#scan;
    return hits.flatMap((hit) => names[hit] ?? []);
  }

  hitOf(name: string): Hit {
    return this.#scan.hitOf(name);
  }

  /** The pieces of a blob that tell these values. */
  placesOf(blob: BlobKey, wanted: readonly Hit[]): readonly Place[] {
    const found = this.#places.get(blob) ?? [];
    const places: Place[] = [];
    for (let at = 0; at < found.length; at += 3) {
      const [hit = -1, start = 0, end = 0] = [found[at], found[at + 1], found[at + 2]];
      if (wanted.includes(hit)) places.push({ start, end });
    }
    return places;
  }

  add(id: string, hits: readonly Hit[]): void {
    const key = blobKey(id);
    this.hits.set(key, [...new Set([...(this.hits.get(key) ?? []), ...hits])]);
    this.ids.set(key, id);
  }

  #addPlaces(id: string, found: FoundPlaces): void {
    const key = blobKey(id);
    this.add(
      id,
      found.filter((_, index) => index % 3 === 0),
    );
    const known = this.#places.get(key);
    this.#places.set(key, known === undefined ? found : [...known, ...found]);
  }

  /** These blobs alone. */
  searchSome(ids: Iterable<string>): void {
    for (const id of ids) {
      const found = this.#store.read(id);
      // A blob that is not there is counted with those that the history lacks.
      if (found !== "missing") this.#scan.scanObject(id, found);
    }
    this.#scan.end();
  }

  /** All blobs that are there. Rejects where a thread dies. */
  async searchAll(): Promise<void> {
    const shares = Array.from({ length: this.#store.packs.length + 1 }, () => WorkShares.memory());
    if (this.#tables.threads === 1) scanStore(this.#scan, this.#store, this.#loose, shares);
    else {
      const { hashLength, objects } = this.#repository;
      const { maxDecodeDepth, allowComments, largest } = this.#options;
      const task: WorkerTask = {
        ...this.#tables,
        objects,
        hashLength,
        rules: sentRules(this.#rules),
        maxDecodeDepth,
        allowComments,
        largest,
        shares,
        loose: this.#loose,
      };
      const threads = Array.from({ length: this.#tables.threads }, () => this.#start(task));
      try {
        await Promise.all(threads.map(({ ended }) => ended));
      } finally {
        await Promise.all(threads.map(({ worker }) => worker.terminate()));
      }
    }
  }

  #start(task: WorkerTask): { readonly worker: Worker; readonly ended: Promise<void> } {
    const ending = import.meta.filename.endsWith(".ts") ? ".ts" : ".js";
    const worker = new Worker(new URL(`./scan-worker${ending}`, import.meta.url), {
      workerData: task,
      // What dies young is most of it; V8 would let each thread keep three times as much for that.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    const numbers: Hit[] = [];
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    worker.once("error", reject).once("exit", () => reject(new Error("a thread ended before its work was done")));
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "problem") this.#problem(message.id, message.problem);
      else if (message.kind === "end") resolve();
      else {
        for (const name of message.names) numbers.push(this.#scan.hitOf(name));
        for (const [id, found] of message.found)
          this.#addPlaces(
            id,
            found.map((one, index) => (index % 3 === 0 ? (numbers[one] ?? -1) : one)),
          );
        this.#counts.set(worker, message);
        const { blobs, bytes } = this.counts;
        this.#options.onProgress(blobs, bytes);
      }
    });
    return { worker, ended };
  }

  #problem(id: string, problem: ObjectProblem): void {
    const list = this.problems.get(problem);
    if (list === undefined) this.problems.set(problem, [id]);
    else list.push(id);
  }
}
