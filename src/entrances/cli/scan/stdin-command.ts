import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { runScan } from "./run-scan.ts";
import { addScanFlags, type ScanFlags } from "./scan-flags.ts";
import { stdinTargets } from "./targets.ts";
import { archiveDepth, largestFile } from "./whole-number.ts";

export function defineStdin(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command.description("Scans standard input.");
  addScanFlags(command);
  command.action(async (flags: ScanFlags) => exit(await scanStdin(flags, terminal)));
}

export async function scanStdin(flags: ScanFlags, terminal: Terminal): Promise<number> {
  const maxFileBytes = largestFile(flags.maxTargetMegabytes);
  const maxArchiveDepth = archiveDepth(flags.maxArchiveDepth);
  return await runScan({
    source: undefined,
    flags,
    terminal,
    targets: (_, onProblem) => stdinTargets(terminal.stdin, { maxArchiveDepth, maxFileBytes, onProblem }),
  });
}
