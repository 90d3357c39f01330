import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { runScan } from "./run-scan.ts";
import { addScanFlags, type ScanFlags } from "./scan-flags.ts";
import { stagedTargets } from "./targets.ts";

export function defineStaged(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command
    .description("Scans what is staged: added lines, and values added to a Secret that was there before.")
    .argument("[path]", "a folder of the repository", ".");
  addScanFlags(command);
  command.action(async (path: string, flags: ScanFlags) => exit(await scanStaged(path, flags, terminal)));
}

/** The scan of what is staged below `path`, as a hook before a commit runs it. */
export async function scanStaged(path: string, flags: ScanFlags, terminal: Terminal): Promise<number> {
  return await runScan({ source: path, flags, terminal, targets: () => stagedTargets(path) });
}
