import path from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";
import { Baseline, parseBaseline } from "../../../practices/git/scan/baseline.ts";
import type { NamedLeak } from "../../../practices/git/scan/fingerprint.ts";
import { isIgnored, parseIgnoreFile } from "../../../practices/git/scan/ignore-list.ts";
import { isFile } from "./load-rules.ts";
import { readText } from "./read-text.ts";
import type { ScanFlags } from "./scan-flags.ts";

const IGNORE_FILE = ".gitleaksignore";

/** Tells which leaks somebody has looked at before: from ignore files (where gitleaks looks for them) and the baseline. */
export function knownLeaks(source: string | undefined, flags: ScanFlags): (leak: NamedLeak) => boolean {
  const ignorePath = flags.gitleaksIgnorePath;
  const files = [
    ignorePath,
    path.join(ignorePath, IGNORE_FILE),
    ...(source === undefined ? [] : [path.join(source, IGNORE_FILE)]),
  ];
  const ignored = new Set(
    files
      .filter(isFile)
      .flatMap((file) => parseIgnoreFile(readText(file, "KST_SCAN_REPORT", "the list of ignored leaks"))),
  );
  const baseline = flags.baselinePath === undefined ? undefined : readBaseline(flags.baselinePath);
  return (leak) => isIgnored(leak, ignored) || baseline?.has(leak) === true;
}

function readBaseline(file: string): Baseline {
  const entries = parseBaseline(readText(file, "KST_SCAN_REPORT", "the baseline"));
  if (entries !== undefined) return new Baseline(entries);
  throw new KustodyError("KST_SCAN_REPORT", `the baseline ${file} is no report in the format json`, {
    hint: "make one with: kustody scan dir . --report-format json --report-path FILE",
  });
}
