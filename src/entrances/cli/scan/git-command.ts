import type { Command } from "commander";
import type { HistoryScan } from "../../../practices/git/scan/history/observe.ts";
import { openProgress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { parseLogOptions } from "./git-log-options.ts";
import { runScan } from "./run-scan.ts";
import { addScanFlags, type ScanFlags } from "./scan-flags.ts";
import { scanStaged } from "./staged-command.ts";
import { largestFile, wholeNumber } from "./whole-number.ts";

interface GitFlags extends ScanFlags {
  readonly logOpts?: string;
  readonly unreachable?: boolean;
  readonly staged?: boolean;
  readonly preCommit?: boolean;
}

const HELP = `
Examples:
  kustody scan git                               all that any branch, tag or stash leads to
  kustody scan git --log-opts="origin/main.."    what this branch brings in
  kustody scan git --log-opts="--since=1.week"
  kustody scan git -f json -r leaks.json         commit, author, date, and whether it is still at HEAD
  kustody scan git --unreachable                 and what no commit leads to any more`;

/** A blob larger than this is not read, whatever the flag allows: its deltas are held in memory beside it. */
const LARGEST_BLOB = 128 * 1024 * 1024;

export function defineGit(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command
    .description("Scans the history of a repository: each value once, with the commit that brought it in.")
    .addHelpText("after", HELP)
    .argument("[path]", "a folder of the repository", ".");
  addScanFlags(command);
  command
    .option("--log-opts <options>", "only commits that 'git log' would show with these options")
    .option("--unreachable", "report what no commit leads to, too")
    .option("--staged", "what is staged, as 'scan staged' does")
    .option("--pre-commit", "the same")
    .option("--platform <name>", "accepted: reports hold no links");
  command.action(async (path: string, flags: GitFlags) =>
    exit(
      flags.staged === true || flags.preCommit === true
        ? await scanStaged(path, flags, terminal)
        : await scanHistory(path, flags, terminal),
    ),
  );
}

async function scanHistory(path: string, flags: GitFlags, terminal: Terminal): Promise<number> {
  const log = flags.logOpts === undefined ? undefined : parseLogOptions(flags.logOpts);
  const { HistoryScan } = await import("../../../practices/git/scan/history/observe.ts");
  using progress = openProgress(terminal);
  let history: HistoryScan | undefined;
  try {
    return await runScan({
      source: path,
      flags,
      terminal,
      targets: (_, onProblem, rules) => {
        history = new HistoryScan(path, rules, {
          maxDecodeDepth: wholeNumber(flags.maxDecodeDepth, "--max-decode-depth", 20),
          allowComments: flags.ignoreGitleaksAllow !== true,
          largest: Math.min(largestFile(flags.maxTargetMegabytes), LARGEST_BLOB),
          log,
          unreachable: flags.unreachable === true,
          onProblem,
          onProgress: (line) => progress.report(line),
        });
        return history.targets();
      },
      accept: (leaks) => history?.accept(leaks) ?? [],
      summary: () => history?.summary ?? "",
    });
  } finally {
    history?.[Symbol.dispose]();
  }
}
