import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readConfigFile } from "../../../src/practices/git/scan/config/config-file.ts";
import { rulesOfConfigs } from "../../../src/practices/git/scan/config/rules-of-config.ts";
import type { Leak } from "../../../src/practices/git/scan/leak.ts";
import { LARGEST_FILE, readTargets } from "../../../src/practices/git/scan/observe.ts";
import { Scanner } from "../../../src/practices/git/scan/scanner.ts";

/** A finding that only one of the two reports. */
export interface Found {
  readonly by: "gitleaks" | "kustody";
  readonly file: string;
  readonly rule: string;
  /** All that both say of it: lines, columns, value, entropy, tags. */
  readonly key: string;
}

export interface Comparison {
  /** How many findings both have. */
  readonly same: number;
  readonly different: readonly Found[];
}

interface GitleaksLeak {
  readonly RuleID: string;
  readonly File: string;
  readonly StartLine: number;
  readonly EndLine: number;
  readonly StartColumn: number;
  readonly EndColumn: number;
  readonly Secret: string;
  readonly Entropy: number;
  readonly Tags: readonly string[] | null;
}

/** Scans a folder with both, by the same configuration, and compares every finding in every detail. */
export async function compare(
  gitleaks: string,
  config: string,
  folder: string,
  { scratch, archiveDepth = 0 }: { readonly scratch: string; readonly archiveDepth?: number },
): Promise<Comparison> {
  const report = join(scratch, "report.json");
  const options = ["--report-path", report, "--max-archive-depth", String(archiveDepth)] as const;
  const theirs = await byGitleaks(gitleaks, config, folder, options);
  const ours = await byKustody(config, folder, archiveDepth);
  const different = [...without(theirs, ours), ...without(ours, theirs)];
  return { same: ours.length - without(ours, theirs).length, different };
}

async function byGitleaks(
  binary: string,
  config: string,
  folder: string,
  options: readonly [string, string, ...string[]],
): Promise<Found[]> {
  const args = ["dir", folder, "--config", config, "--report-format", "json", "--exit-code", "0", ...options];
  const [, report] = options;
  await promisify(execFile)(binary, [...args, "--no-banner", "--log-level", "error"], { maxBuffer: 64 * 1024 * 1024 });
  const leaks = JSON.parse(await readFile(report, "utf8")) as readonly GitleaksLeak[];
  return leaks.map((leak) => ({
    by: "gitleaks",
    file: leak.File,
    rule: leak.RuleID,
    key: JSON.stringify([
      leak.File,
      leak.RuleID,
      leak.StartLine,
      leak.EndLine,
      leak.StartColumn,
      leak.EndColumn,
      leak.Secret,
      // A 32-bit number, whose last digit depends on the order of summing up.
      leak.Entropy.toFixed(3),
      leak.Tags ?? [],
    ]),
  }));
}

async function byKustody(config: string, folder: string, maxArchiveDepth: number): Promise<Found[]> {
  const file = readConfigFile(await readFile(config, "utf8"), config);
  const scanner = new Scanner(rulesOfConfigs([{ name: config, file }], undefined), {
    maxDecodeDepth: 5,
    allowComments: true,
  });
  const leaks: Leak[] = [];
  const onProblem = (path: string, reason: string): void => {
    throw new Error(`${path}: ${reason}`);
  };
  for (const batch of readTargets(folder, scanner, {
    followSymlinks: false,
    maxArchiveDepth,
    maxFileBytes: LARGEST_FILE,
    onProblem,
  }))
    leaks.push(...scanner.scan(batch));
  return leaks.map((leak) => ({
    by: "kustody",
    file: leak.file,
    rule: leak.rule,
    key: JSON.stringify([
      leak.file,
      leak.rule,
      leak.startLine,
      leak.endLine,
      leak.startColumn,
      leak.endColumn,
      leak.secret.unwrap().toString().toWellFormed(),
      Math.fround(leak.entropy).toFixed(3),
      leak.tags,
    ]),
  }));
}

/** What is in `all` and not in `others`, each as often as it is there too often. */
function without(all: readonly Found[], others: readonly Found[]): Found[] {
  const counts = new Map<string, number>();
  for (const { key } of others) counts.set(key, (counts.get(key) ?? 0) + 1);
  return all.filter(({ key }) => {
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left <= 0;
  });
}
