import { printable } from "../../../kernel/finding/printable.ts";
import type { NamedLeak } from "../../../practices/git/scan/fingerprint.ts";

/** Leaks for people, two lines each. Values are in none of it. */
export function renderLeaks(leaks: readonly NamedLeak[]): string {
  return leaks.map((leak) => `${lineOf(leak)}\n    ignore with: ${printable(leak.stableFingerprint)}\n`).join("");
}

function lineOf({ file, startLine, rule, description, field, tags }: NamedLeak): string {
  const place = startLine === 0 ? file : `${file === "" ? "<stdin>" : file}:${startLine}`;
  const notes = [...(field === undefined ? [] : [field]), ...tags].join(", ");
  return printable(`${place}: ${rule}: ${description}${notes === "" ? "" : ` (${notes})`}`);
}
