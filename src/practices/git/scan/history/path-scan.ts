import type { GitObject, ObjectProblem } from "../../../../kernel/git/objects/object-problem.ts";
import type { Leak } from "../leak.ts";
import type { RuleSet } from "../rule.ts";
import { Scanner, type ScanOptions, type Target } from "../scanner.ts";
import { fileKind } from "../structure/file-kind.ts";
import type { HistoryRules } from "./history-rules.ts";

/** A version of a file. */
export interface FileVersion {
  readonly path: string;
  readonly id: string;
}

const BATCH_BYTES = 4 * 1024 * 1024;
/** Stands for content that does not matter, or cannot be read: a rule may be about the name alone. */
const NO_CONTENT = Buffer.from("\n");

/** Looks at files because of their names: for rules that ask for a path and no word, and where a name tells the structure. */
export class PathScan {
  readonly #rules: RuleSet;
  readonly #scanner: Scanner;

  constructor({ rules, allowlists }: RuleSet, { byPath }: HistoryRules, options: ScanOptions) {
    this.#rules = { rules: [...byPath, ...rules.filter(({ structure }) => structure !== undefined)], allowlists };
    this.#scanner = new Scanner(this.#rules, options);
  }

  isWatched(path: string): boolean {
    return this.#rules.rules.some((rule) => {
      if (rule.structure === undefined) return rule.path?.test(path, "linear") === true;
      const kind = fileKind(path);
      return kind !== undefined && kind !== "manifests" && kind !== "template";
    });
  }

  /** The leaks of each version. A version that cannot be read still has its name. */
  *scan(
    versions: readonly FileVersion[],
    read: (id: string) => GitObject | ObjectProblem,
  ): Generator<{ readonly id: string; readonly leaks: readonly Leak[] }> {
    const seen = new Set<string>();
    let batch: { readonly id: string; readonly target: Target }[] = [];
    let size = 0;
    for (const { path, id } of versions) {
      const name = `${id}:${path}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const found = read(id);
      const bytes = typeof found === "object" && found.bytes.length > 0 ? found.bytes : NO_CONTENT;
      batch.push({ id, target: { origin: { path }, bytes } });
      size += bytes.length;
      if (size < BATCH_BYTES) continue;
      yield* this.#scanBatch(batch);
      batch = [];
      size = 0;
    }
    if (batch.length > 0) yield* this.#scanBatch(batch);
  }

  *#scanBatch(
    batch: readonly { readonly id: string; readonly target: Target }[],
  ): Generator<{ readonly id: string; readonly leaks: readonly Leak[] }> {
    const byPath = Map.groupBy(batch, ({ target }) => target.origin.path);
    // Leaks tell their path, not their version: versions of one file are looked at one after the other.
    const rounds = Math.max(...[...byPath.values()].map((list) => list.length));
    for (let round = 0; round < rounds; round++) {
      const now = [...byPath.values()].flatMap((list) => list[round] ?? []);
      const leaks = Map.groupBy(this.#scanner.scan(now.map(({ target }) => target)), ({ file }) => file);
      for (const { id, target } of now) yield { id, leaks: leaks.get(target.origin.path) ?? [] };
    }
  }
}
