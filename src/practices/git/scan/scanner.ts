import type { Engine } from "../../../kernel/regexp/pattern.ts";
import { withinTime } from "../../../kernel/regexp/within-time.ts";
import { type Origin, originIsAllowed, pathIsSkipped } from "./allowlist.ts";
import { binaryFormat } from "./binary-format.ts";
import { type Fragment, fragmentsOf, holdsLine } from "./fragments.ts";
import type { Leak } from "./leak.ts";
import { PreparedRules } from "./prepared-rules.ts";
import type { RuleSet } from "./rule.ts";
import { type FragmentScan, scanFragment } from "./scan-fragment.ts";
import { type BesideFile, structuralLeaks } from "./structure/structural-leaks.ts";
import { withStructure } from "./structure/with-structure.ts";

export interface ScanOptions {
  /** How many layers of encoding are looked through. */
  readonly maxDecodeDepth: number;
  /** Whether `gitleaks:allow` in a line counts. */
  readonly allowComments: boolean;
}

/** A file to scan, or lines of one. */
export interface Target {
  readonly origin: Origin;
  /** The whole file: its documents are parsed. */
  readonly bytes: Buffer | undefined;
  /** Only these lines, where it is a change that is scanned. */
  readonly added?: readonly Fragment[] | undefined;
  /** Finds a file by its path from this one; undefined where there is none that may be read. */
  readonly beside?: ((path: string) => BesideFile | undefined) | undefined;
}

/** What V8's engine gets for one file before a pattern counts as one that it can't handle there. */
const FILE_MILLIS = 2_000;
const BATCH_MILLIS = 5_000;
/** What stands in a rule's place while the allowlists for all of them are asked. */
const PATHS = "";

/**
 * Scans texts by a rule set.
 *
 * Guarantees: no pattern takes for ever. V8's engine runs within time limits; a rule that exceeds one is tried again with the
 * linear engine, whose time grows with text × pattern alone, and stays there. What is found does not depend on the engine.
 */
export class Scanner {
  readonly #rules: PreparedRules;
  readonly #options: ScanOptions;
  readonly #slow = new Set<string>();
  #running = "";

  constructor(rules: RuleSet, options: ScanOptions) {
    this.#rules = new PreparedRules(rules);
    this.#options = options;
  }

  /** The rules that V8's engine took too long for. */
  get slowRules(): readonly string[] {
    return [...this.#slow];
  }

  /** The paths that no allowlist skips; a folder that is skipped need not be entered. */
  unskipped<T extends { readonly path: string }>(entries: readonly T[]): readonly T[] {
    const { allowlists } = this.#rules;
    const guarded = withinTime(BATCH_MILLIS, () =>
      entries.filter(({ path }) => !pathIsSkipped(path, allowlists, "v8")),
    );
    return guarded?.result ?? entries.filter(({ path }) => !pathIsSkipped(path, allowlists, "linear"));
  }

  scan(targets: readonly Target[]): readonly Leak[] {
    const together = withinTime(BATCH_MILLIS, () => targets.flatMap((target) => this.#scanOne(target)));
    return together?.result ?? targets.flatMap((target) => this.#scanGuarded(target));
  }

  #scanGuarded(target: Target): readonly Leak[] {
    for (;;) {
      const alone = withinTime(FILE_MILLIS, () => this.#scanOne(target));
      if (alone !== undefined) return alone.result;
      // A machine that stands still for a while may blame a good rule: it is slower afterwards, not wrong.
      if (this.#slow.has(this.#running)) return this.#scanOne(target);
      this.#slow.add(this.#running);
    }
  }

  #scanOne({ origin, bytes, added, beside }: Target): readonly Leak[] {
    if (originIsAllowed(origin, this.#rules.allowlists, this.#engineOf(PATHS))) return [];
    if (bytes !== undefined && binaryFormat(bytes) !== undefined) return [];
    const scan: FragmentScan = {
      rules: this.#rules,
      maxDecodeDepth: this.#options.maxDecodeDepth,
      allowComments: this.#options.allowComments,
      engineOf: (rule) => this.#engineOf(rule),
    };
    const leaks: Leak[] = [];
    const pieces = added ?? (bytes === undefined ? [] : [{ bytes, startLine: 1 }]);
    for (const piece of pieces) {
      for (const fragment of fragmentsOf(piece.bytes))
        leaks.push(...scanFragment(fragment.bytes, piece.startLine + fragment.startLine - 1, origin, scan));
    }
    const once = withoutRepeatedPaths(leaks);
    return bytes === undefined ? once : withStructure(once, this.#structural({ origin, bytes, added, beside }));
  }

  #engineOf(rule: string): Engine {
    this.#running = rule;
    return this.#slow.has(rule) ? "linear" : "v8";
  }

  /** What the file's structure tells; of a change, on the added lines. */
  #structural({ origin, bytes, added, beside }: Target): readonly Leak[] {
    if (bytes === undefined) return [];
    const { structures, allowlists } = this.#rules;
    const scan = { rules: structures, allowlists, allowComments: this.#options.allowComments, beside };
    return [...structuralLeaks(bytes, origin, scan)].filter(
      ({ file, startLine }) =>
        added === undefined || file !== origin.path || added.some((piece) => holdsLine(piece, startLine)),
    );
  }
}

/** What a file's name alone tells is told once, though each piece of the file was asked. */
function withoutRepeatedPaths(leaks: readonly Leak[]): readonly Leak[] {
  const seen = new Set<string>();
  return leaks.filter(({ rule, startLine }) => startLine > 0 || (!seen.has(rule) && seen.add(rule).size > 0));
}
