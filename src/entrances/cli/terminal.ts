import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { KustodyError } from "../../kernel/errors.ts";
import { renderError } from "./render-error.ts";

/** Where a command reads and writes; tests and the canary run commands against buffers. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person watches each: colours and progress only then. */
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
}

/**
 * The terminal of this process. A reader that goes away (`| head`) is no error, nor does it change the exit code; output
 * that cannot be written for another reason, such as a full disk, ends the process with exit code 2: half a result is none.
 */
export function processTerminal(): Terminal {
  process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code === "EPIPE") return;
    const error = new KustodyError("KST_OUTPUT", `cannot write to standard output: ${cause.message}`, {
      hint: "make room where the output goes, or send it elsewhere",
    });
    process.stderr.write(renderError(error));
    process.exit(2);
  });
  // Nobody is left to tell.
  process.stderr.on("error", () => {});
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    stdoutIsTty: process.stdout.isTTY,
    stderrIsTty: process.stderr.isTTY,
  };
}
