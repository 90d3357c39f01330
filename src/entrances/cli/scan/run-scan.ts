import { writeFileSync } from "node:fs";
import path from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import { type NamedLeak, nameLeaks } from "../../../practices/git/scan/fingerprint.ts";
import type { Leak } from "../../../practices/git/scan/leak.ts";
import {
  type FixedFormat,
  REPORT_FORMATS,
  type ReportFormat,
} from "../../../practices/git/scan/report/render-report.ts";
import type { RuleSet } from "../../../practices/git/scan/rule.ts";
import { Scanner, type Target } from "../../../practices/git/scan/scanner.ts";
import { withoutRepeatedLines } from "../../../practices/git/scan/structure/with-structure.ts";
import type { Terminal } from "../terminal.ts";
import { version } from "../version.ts";
import { beforeTimeout } from "./before-timeout.ts";
import { knownLeaks } from "./known-leaks.ts";
import { loadRules } from "./load-rules.ts";
import { renderLeaks } from "./render-leaks.ts";
import type { ScanFlags } from "./scan-flags.ts";
import { openScanLog, type ScanLog } from "./scan-log.ts";
import { wholeNumber } from "./whole-number.ts";

export interface ScanCall {
  /** The folder that configuration and ignore files may lie in; undefined for standard input. */
  readonly source: string | undefined;
  readonly flags: ScanFlags;
  readonly terminal: Terminal;
  /** What to scan, in batches; problems are told and stop nothing. */
  readonly targets: (
    scanner: Scanner,
    onProblem: (path: string, reason: string) => void,
    rules: RuleSet,
  ) => AsyncIterable<readonly Target[]> | Iterable<readonly Target[]>;
  /** Which of a batch's leaks count, where more is known of them than their place. */
  readonly accept?: (leaks: readonly Leak[]) => readonly Leak[];
  /** What was scanned, where that is not the number and size of the targets. */
  readonly summary?: () => string;
}

/** Scans, reports, and returns the exit code: 0, or `--exit-code` when there are leaks. */
export async function runScan({ source, flags, terminal, targets, accept, summary }: ScanCall): Promise<number> {
  const exitCode = wholeNumber(flags.exitCode, "--exit-code", 255);
  const format = formatOf(flags);
  const { set, warnings, file } = await loadRules(source ?? ".", flags.config);
  const rules = enabled(set, flags.enableRule);
  const scanner = new Scanner(rules, {
    maxDecodeDepth: wholeNumber(flags.maxDecodeDepth, "--max-decode-depth", 20),
    allowComments: flags.ignoreGitleaksAllow !== true,
  });
  const log = openScanLog(flags.logLevel, terminal);
  const warn = (text: string): void => log.warn(`warning: ${text}`);
  for (const warning of warnings) warn(warning);
  if (flags.diagnostics !== undefined) warn("--diagnostics profiles gitleaks; nothing is recorded here");
  const isOwn = ownFiles(file, flags);
  const leaks: Leak[] = [];
  const seen = { files: 0, bytes: 0 };
  const seconds = wholeNumber(flags.timeout, "--timeout", 1_000_000);
  let late = false;
  const batches = targets(scanner, (path, reason) => warn(`${printable(path)} was not scanned: ${reason}`), rules);
  for await (const batch of beforeTimeout(batches, seconds * 1_000, () => (late = true))) {
    for (const target of batch) {
      seen.files += 1;
      for (const { bytes } of target.added ?? [{ bytes: target.bytes }]) seen.bytes += bytes?.length ?? 0;
    }
    const found = scanner.scan(batch.filter(({ origin }) => !isOwn(origin.path)));
    leaks.push(...(accept?.(found) ?? found));
  }
  const isKnown = knownLeaks(source, flags);
  if (late) terminal.stdin.destroy(); // it may be what is waited for
  if (late) warn(`the scan stopped after ${seconds} s (--timeout): what it had not reached was not scanned`);
  const unknown = nameLeaks(withoutRepeatedLines(leaks)).filter((leak) => !isKnown(leak));
  const found = flags.matchCluster === true ? await matched(unknown, flags, { terminal, log }) : unknown;
  await report(found, format, { flags, rules, terminal });
  const files = `${seen.files} ${seen.files === 1 ? "file" : "files"}, ${(seen.bytes / 1e6).toFixed(1)} MB`;
  const what = summary?.() ?? files;
  if (found.length > 0) log.warn(`${what}: leaks found: ${found.length}`);
  else log.info(`${what}: no leaks found`);
  return found.length > 0 ? exitCode : late ? 2 : 0;
}

/** The client is loaded only where it is asked for. */
async function matched(
  leaks: readonly NamedLeak[],
  flags: ScanFlags,
  { terminal, log }: { readonly terminal: Terminal; readonly log: ScanLog },
): Promise<readonly NamedLeak[]> {
  const { matchCluster } = await import("./match-cluster.ts");
  return await matchCluster(leaks, flags, terminal, log);
}

/** As --report-format says, or the ending of --report-path; undefined: for people. */
function formatOf({ reportFormat, reportPath, reportTemplate }: ScanFlags): ReportFormat | undefined {
  if (reportTemplate !== undefined && reportFormat === undefined) return "template";
  const given =
    reportFormat?.trim().toLowerCase() ?? (reportPath === undefined ? undefined : path.extname(reportPath).slice(1));
  if (given === undefined) return undefined;
  const format = REPORT_FORMATS.find((known) => known === given.toLowerCase());
  if ((format === "template") !== (reportTemplate !== undefined)) {
    throw new KustodyError("KST_SCAN_REPORT", "--report-format template and --report-template belong together", {
      hint: "kustody scan dir . --report-format template --report-template FILE",
    });
  }
  if (format !== undefined) return format;
  throw new KustodyError("KST_SCAN_REPORT", `there is no report format '${given.slice(0, 40)}'`, {
    hint: `--report-format takes ${REPORT_FORMATS.join(", ")}`,
  });
}

function enabled(set: RuleSet, ids: readonly string[]): RuleSet {
  if (ids.length === 0) return set;
  const wanted = ids.flatMap((id) => id.split(","));
  for (const id of wanted) {
    if (!set.rules.some((rule) => rule.id === id))
      throw new KustodyError("KST_SCAN_CONFIG", `there is no rule ${id} to enable`, { hint: "check --enable-rule" });
  }
  return { ...set, rules: set.rules.filter(({ id }) => wanted.includes(id)) };
}

/** The configuration and the baseline are full of what looks like leaks. */
function ownFiles(
  config: string | undefined,
  { baselinePath, reportPath, reportTemplate }: ScanFlags,
): (file: string) => boolean {
  const own = new Set(
    [config, baselinePath, reportPath, reportTemplate].flatMap((file) =>
      file === undefined ? [] : path.resolve(file),
    ),
  );
  return (file) => file !== "" && own.has(path.resolve(file));
}

interface Reporting {
  readonly flags: ScanFlags;
  readonly rules: RuleSet;
  readonly terminal: Terminal;
}

async function report(
  leaks: readonly NamedLeak[],
  format: ReportFormat | undefined,
  { flags, rules, terminal }: Reporting,
): Promise<void> {
  const toFile = flags.reportPath !== undefined && flags.reportPath !== "-";
  if (format === undefined || toFile) terminal.stdout.write(renderLeaks(leaks, flags.show === true));
  if (format === undefined) return;
  const text =
    format === "template"
      ? await (await import("./template-report.ts")).templateReport(leaks, flags.reportTemplate ?? "")
      : await fixedReport(leaks, format, rules);
  if (toFile) writeReport(flags.reportPath ?? "", text);
  else terminal.stdout.write(text);
}

async function fixedReport(leaks: readonly NamedLeak[], format: FixedFormat, { rules }: RuleSet): Promise<string> {
  const { renderReport } = await import("../../../practices/git/scan/report/render-report.ts");
  return renderReport(leaks, format, { rules, version: version() });
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new KustodyError("KST_SCAN_REPORT", `cannot write the report to ${file}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
}
