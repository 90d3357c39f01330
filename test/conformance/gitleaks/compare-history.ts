import { execFile, execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readConfigFile } from "../../../src/practices/git/scan/config/config-file.ts";
import { rulesOfConfigs } from "../../../src/practices/git/scan/config/rules-of-config.ts";
import { HistoryScan } from "../../../src/practices/git/scan/history/observe.ts";
import type { Leak } from "../../../src/practices/git/scan/leak.ts";
import type { RuleSet } from "../../../src/practices/git/scan/rule.ts";
import { Scanner } from "../../../src/practices/git/scan/scanner.ts";

const OPTIONS = { maxDecodeDepth: 5, allowComments: true };

/** A value that a rule found in a file, in some commit. */
export interface FoundValue {
  readonly file: string;
  readonly rule: string;
  readonly value: string;
  readonly commit: string;
  readonly line: number;
  /** Whether a scan of the whole file, as it was in that commit, finds it: `gitleaks dir` and `kustody scan dir` do alike. */
  readonly inFile: boolean;
}

type Found = Omit<FoundValue, "inFile">;

export interface HistoryComparison {
  readonly same: number;
  /** How many of ours stand in the same commit and line as one of theirs, so that fingerprints in ignore files fit. */
  readonly sameFingerprint: number;
  readonly onlyTheirs: readonly FoundValue[];
  readonly onlyOurs: readonly FoundValue[];
}

/** Scans a history with both, by the same configuration, and compares which value each found in which file by which rule. */
export async function compareHistory(
  gitleaks: string,
  config: string,
  repository: string,
  scratch: string,
): Promise<HistoryComparison> {
  const theirs = await byGitleaks(gitleaks, config, repository, join(scratch, "history.json"));
  const rules = rulesOfConfigs(
    [{ name: config, file: readConfigFile(await readFile(config, "utf8"), config) }],
    undefined,
  );
  const ours = await byKustody(rules, repository);
  const scanner = new Scanner(rules, OPTIONS);
  const judged = (found: Found): FoundValue => ({ ...found, inFile: isInFile(scanner, repository, found) });
  const [theirKeys, ourKeys] = [new Set(theirs.map(keyOf)), new Set(ours.map(keyOf))];
  const places = new Set(theirs.map(placeOf));
  return {
    same: [...ourKeys].filter((key) => theirKeys.has(key)).length,
    sameFingerprint: ours.filter((found) => places.has(placeOf(found))).length,
    onlyTheirs: theirs.filter((found) => !ourKeys.has(keyOf(found))).map(judged),
    onlyOurs: ours.filter((found) => !theirKeys.has(keyOf(found))).map(judged),
  };
}

function keyOf({ file, rule, value }: Found): string {
  return JSON.stringify([file, rule, value]);
}

function placeOf({ file, rule, commit, line }: Found): string {
  return JSON.stringify([file, rule, commit, line]);
}

async function byGitleaks(binary: string, config: string, repository: string, report: string): Promise<Found[]> {
  const args = ["git", repository, "--config", config, "--report-format", "json", "--report-path", report];
  await promisify(execFile)(binary, [...args, "--exit-code", "0", "--no-banner", "--log-level", "error"]);
  const leaks = JSON.parse(await readFile(report, "utf8")) as readonly Readonly<Record<string, unknown>>[];
  return leaks.map((leak) => ({
    file: String(leak["File"]),
    rule: String(leak["RuleID"]),
    value: String(leak["Secret"]),
    commit: String(leak["Commit"]),
    line: Number(leak["StartLine"]),
  }));
}

function isInFile(scanner: Scanner, repository: string, { file, rule, value, commit }: Found): boolean {
  const bytes = execFileSync("git", ["-C", repository, "cat-file", "blob", `${commit}:${file}`]);
  const leaks = scanner.scan([{ origin: { path: file, commit }, bytes }]);
  return leaks.some((leak) => leak.rule === rule && valueOf(leak) === value);
}

function valueOf({ secret }: Leak): string {
  return secret.unwrap().toString().toWellFormed();
}

async function byKustody(rules: RuleSet, repository: string): Promise<Found[]> {
  using history = new HistoryScan(repository, rules, {
    ...OPTIONS,
    largest: 64 * 1024 * 1024,
    log: undefined,
    unreachable: false,
    onProblem: (what, reason) => {
      throw new Error(`${what}: ${reason}`);
    },
  });
  const scanner = new Scanner(rules, OPTIONS);
  const found: Found[] = [];
  for await (const batch of history.targets()) {
    for (const leak of history.accept(scanner.scan(batch))) {
      const { file, rule, commit = "", startLine: line } = leak;
      found.push({ file, rule, value: valueOf(leak), commit, line });
    }
  }
  return found;
}
