import type { Leak } from "./leak.ts";

/** Without what a general rule found and a specific one found too, with all of its value. */
export function withoutGeneral(leaks: readonly Leak[]): readonly Leak[] {
  if (!leaks.some(({ general }) => general)) return leaks;
  const specific = leaks.filter(({ general }) => !general);
  return leaks.filter((leak) => !leak.general || !specific.some((other) => covers(other, leak)));
}

function covers(specific: Leak, leak: Leak): boolean {
  const { general, startLine, secret } = leak;
  if (general === "lines" && isDecodedPartOf(specific, leak)) return true;
  const lastLine = general === "lines" ? specific.endLine : specific.startLine;
  return specific.startLine <= startLine && startLine <= lastLine && specific.secret.includes(secret);
}

/** Part of a token may look like an encoding: what it decodes to is no finding of its own. */
function isDecodedPartOf(specific: Leak, { tags, startLine, startColumn, endColumn }: Leak): boolean {
  return (
    tags.some((tag) => tag.startsWith("decoded:")) &&
    specific.tags.length === 0 &&
    specific.startLine === startLine &&
    // A match that takes the line's end in ends in the next one's column.
    (specific.startColumn <= endColumn || endColumn < startColumn) &&
    startColumn <= specific.endColumn
  );
}
