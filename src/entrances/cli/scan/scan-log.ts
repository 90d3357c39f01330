import { KustodyError } from "../../../kernel/errors.ts";
import type { Terminal } from "../terminal.ts";

/** What a scan says beside its findings, as loud as gitleaks would with the same `--log-level`. */
export interface ScanLog {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

/** Errors: KST_USAGE. */
export function openScanLog(level: string, { stderr }: Terminal): ScanLog {
  const given = level.toLowerCase() === "err" ? "error" : level.toLowerCase();
  const rank = LEVELS.indexOf(given);
  if (rank < 0) throw new KustodyError("KST_USAGE", "--log-level takes trace, debug, info, warn, error or fatal");
  const at =
    (least: string) =>
    (text: string): void => {
      if (rank <= LEVELS.indexOf(least)) stderr.write(`${text}\n`);
    };
  return { info: at("info"), warn: at("warn") };
}
