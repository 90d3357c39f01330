import type { Command } from "commander";
import { readTargets } from "../../../practices/git/scan/observe.ts";
import type { Terminal } from "../terminal.ts";
import { runScan } from "./run-scan.ts";
import { addScanFlags, type ScanFlags } from "./scan-flags.ts";
import { archiveDepth, largestFile } from "./whole-number.ts";

interface DirFlags extends ScanFlags {
  readonly followSymlinks?: boolean;
}

export function defineDir(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command.description("Scans a folder or a file.").argument("[path]", "a folder or a file", ".");
  addScanFlags(command);
  command.option("--follow-symlinks", "scan files that links lead to");
  command.action(async (path: string, flags: DirFlags) => exit(await scanDir(path, flags, terminal)));
}

export async function scanDir(path: string, flags: DirFlags, terminal: Terminal): Promise<number> {
  const maxFileBytes = largestFile(flags.maxTargetMegabytes);
  const maxArchiveDepth = archiveDepth(flags.maxArchiveDepth);
  const followSymlinks = flags.followSymlinks === true;
  return await runScan({
    source: path,
    flags,
    terminal,
    targets: (scanner, onProblem) =>
      readTargets(path, scanner, { followSymlinks, maxArchiveDepth, maxFileBytes, onProblem }),
  });
}
