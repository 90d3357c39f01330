import { printable } from "../../../kernel/finding/printable.ts";
import type { NamedLeak } from "../../../practices/git/scan/fingerprint.ts";
import { maskedValue } from "../../../practices/git/scan/report/masked-value.ts";

/** Leaks for people, two lines each or more. Values are in none of it; `show` shows how they begin. */
export function renderLeaks(leaks: readonly NamedLeak[], show: boolean): string {
  return leaks.map((leak) => [lineOf(leak), ...linesBelow(leak, show), ""].join("\n")).join("");
}

function linesBelow(
  { secret, live, commit = "", origin, stableFingerprint }: NamedLeak,
  show: boolean,
): readonly string[] {
  return [
    ...(show && secret.size > 0 ? [`value: ${maskedValue(secret)}`] : []),
    ...(origin === undefined
      ? []
      : [
          `commit ${commit.slice(0, 12)}, ${origin.date}, ${origin.author}; ${origin.atHead ? "still at HEAD" : "no longer at HEAD"}`,
        ]),
    ...(live ?? []).map((place) => `held by the Secret ${place}`),
    `ignore with: ${stableFingerprint}`,
  ].map((line) => `    ${printable(line)}`);
}

function lineOf({ file, startLine, rule, description, field, tags }: NamedLeak): string {
  const place = startLine === 0 ? file : `${file === "" ? "<stdin>" : file}:${startLine}`;
  const notes = [...(field === undefined ? [] : [field]), ...tags].join(", ");
  return printable(`${place}: ${rule}: ${description}${notes === "" ? "" : ` (${notes})`}`);
}
