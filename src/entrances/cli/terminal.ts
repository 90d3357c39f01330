import process from "node:process";
import type { Readable, Writable } from "node:stream";

/** Where a command reads and writes; tests and the canary run commands against buffers. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person watches each: colours and progress only then. */
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
}

/** The terminal of this process. A reader that goes away (`| head`) ends us quietly, as Unix tools do. */
export function processTerminal(): Terminal {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    stdoutIsTty: process.stdout.isTTY,
    stderrIsTty: process.stderr.isTTY,
  };
}
