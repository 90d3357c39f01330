import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

const BOUND = 64 * 1024;

/** The end of a server's log, for telling why it did not start. */
export const logTail = {
  /** Bytes that the log has now; 0 when there is none. */
  size(file: string): number {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  },

  /** What was written since the log had `start` bytes; at most the last 64 KiB. */
  read(file: string, start: number): string {
    const handle = openSync(file, "r");
    try {
      const from = Math.max(start, fstatSync(handle).size - BOUND);
      const buffer = Buffer.alloc(BOUND);
      return buffer.toString("utf8", 0, readSync(handle, buffer, 0, BOUND, from));
    } finally {
      closeSync(handle);
    }
  },

  /**
   * The line that says why: a complaint over flags, which a page of usage follows; else the last that speaks of an
   * error; else the last. At most 300 characters.
   */
  telling(tail: string): string | undefined {
    const lines = tail.split("\n").filter((line) => line.trim() !== "");
    const line =
      lines.find((line) => /^(error: |flag provided|invalid value|unknown flag)/i.test(line)) ??
      lines.findLast((line) => /^[EF]\d{4}|error|fatal|panic/i.test(line)) ??
      lines.at(-1);
    return line?.trim().slice(0, 300);
  },
};
