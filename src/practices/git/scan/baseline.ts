import { Secret } from "../../../kernel/secret/secret.ts";
import { asRecord, asText } from "../../../kernel/untyped.ts";
import type { NamedLeak } from "./fingerprint.ts";

/** What an earlier report holds about one leak. */
export interface BaselineEntry {
  readonly place: string;
  readonly stableFingerprint: string | undefined;
  /** Only in reports of gitleaks that were not redacted. */
  readonly secret: Secret | undefined;
  readonly entropy: number;
}

/** Reads a report in the format json, of gitleaks or ours; undefined when it is none. */
export function parseBaseline(text: string): readonly BaselineEntry[] | undefined {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return undefined; // the error would quote the text
  }
  return Array.isArray(report) ? report.map(entryOf) : undefined;
}

function entryOf(item: unknown): BaselineEntry {
  const entry = asRecord(item);
  const number = (name: string): number => (typeof entry[name] === "number" ? entry[name] : 0);
  const secret = asText(entry["Secret"]);
  return {
    place: placeOf({
      rule: asText(entry["RuleID"]) ?? "",
      file: asText(entry["File"]) ?? "",
      commit: asText(entry["Commit"]),
      startLine: number("StartLine"),
      endLine: number("EndLine"),
      startColumn: number("StartColumn"),
      endColumn: number("EndColumn"),
    }),
    stableFingerprint: asText(entry["StableFingerprint"]),
    secret: secret === undefined || /^REDACTED$|^.*\.\.\.$/s.test(secret) ? undefined : Secret.fromText(secret),
    entropy: number("Entropy"),
  };
}

/** Answers whether a leak stood in an earlier report. Descriptions don't count: ours are not gitleaks'. */
export class Baseline {
  readonly #byPlace: ReadonlyMap<string, readonly BaselineEntry[]>;
  readonly #stable: ReadonlySet<string>;

  constructor(entries: readonly BaselineEntry[]) {
    this.#byPlace = Map.groupBy(entries, ({ place }) => place);
    this.#stable = new Set(entries.flatMap(({ stableFingerprint }) => stableFingerprint ?? []));
  }

  has(leak: NamedLeak): boolean {
    if (this.#stable.has(leak.stableFingerprint)) return true;
    const entries = this.#byPlace.get(placeOf(leak)) ?? [];
    return entries.some(({ secret, entropy }) =>
      secret === undefined ? roundEntropy(entropy) === roundEntropy(leak.entropy) : secret.equals(leak.secret),
    );
  }
}

/** As reports show it: with all its digits it would tell guesses of a value apart. */
export function roundEntropy(entropy: number): number {
  return Math.round(entropy * 10) / 10;
}

type Place = Pick<NamedLeak, "rule" | "file" | "startLine" | "endLine" | "startColumn" | "endColumn"> & {
  readonly commit?: string | undefined;
};

function placeOf({ rule, file, commit = "", startLine, endLine, startColumn, endColumn }: Place): string {
  return JSON.stringify([rule, file, commit, startLine, endLine, startColumn, endColumn]);
}
