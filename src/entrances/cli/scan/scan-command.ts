import type { Command } from "commander";
import { LARGEST_FILE, readTargets } from "../../../practices/git/scan/observe.ts";
import type { CommandModule } from "../commands.ts";
import type { Terminal } from "../terminal.ts";
import { runScan } from "./run-scan.ts";
import { addScanFlags, type ScanFlags } from "./scan-flags.ts";
import { stagedTargets, stdinTargets } from "./targets.ts";
import { wholeNumber } from "./whole-number.ts";

const HELP = `
Examples:
  kustody scan dir                               files below this folder
  kustody scan dir deploy/ --report-format sarif --report-path leaks.sarif
  kustody scan staged                            what 'git commit' would take in; for a pre-commit hook
  helm template . | kustody scan stdin
  kustody scan dir . -f json -r baseline.json    and later: kustody scan dir . -b baseline.json

It reads gitleaks.toml, .gitleaksignore, gitleaks:allow comments and gitleaks' reports. Values are never shown.
Exit codes: 0 no leaks, 1 leaks (--exit-code), 2 usage or input error.`;

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("Finds secrets in files, in what is staged, and in standard input.")
    .addHelpText("after", HELP)
    .action(() => command.help({ error: true }));
  defineDir(command.command("dir").alias("directory").alias("file"), terminal, exit);
  defineStaged(command.command("staged"), terminal, exit);
  defineStdin(command.command("stdin"), terminal, exit);
};

type Exit = (code: number) => void;

function defineDir(command: Command, terminal: Terminal, exit: Exit): void {
  command.description("Scans a folder or a file.").argument("[path]", "a folder or a file", ".");
  addScanFlags(command);
  command.option("--follow-symlinks", "scan files that links lead to");
  command.action(async (path: string, flags: ScanFlags) => {
    const maxFileBytes = largestFile(flags);
    exit(
      await runScan({
        source: path,
        flags,
        terminal,
        targets: (scanner, onProblem) =>
          readTargets(path, scanner, { followSymlinks: flags.followSymlinks === true, maxFileBytes, onProblem }),
      }),
    );
  });
}

function defineStaged(command: Command, terminal: Terminal, exit: Exit): void {
  command
    .description("Scans what is staged: added lines, and values added to a Secret that was there before.")
    .argument("[path]", "a folder of the repository", ".");
  addScanFlags(command);
  command.action(async (path: string, flags: ScanFlags) => {
    exit(await runScan({ source: path, flags, terminal, targets: () => stagedTargets(path) }));
  });
}

function defineStdin(command: Command, terminal: Terminal, exit: Exit): void {
  command.description("Scans standard input.");
  addScanFlags(command);
  command.action(async (flags: ScanFlags) => {
    const largest = largestFile(flags);
    exit(
      await runScan({
        source: undefined,
        flags,
        terminal,
        targets: (_, onProblem) => stdinTargets(terminal.stdin, largest, onProblem),
      }),
    );
  });
}

function largestFile({ maxTargetMegabytes }: ScanFlags): number {
  const megabytes = wholeNumber(maxTargetMegabytes, "--max-target-megabytes", 512);
  return megabytes === 0 ? LARGEST_FILE : megabytes * 1_000_000;
}
