import type { MemberRange, TextRange } from "../../../kernel/yaml/member-ranges.ts";

/**
 * The lines of a member of a block mapping, with the comments below it that are indented as its content is. Undefined where
 * something else stands before its key. Pure.
 */
export function memberLines(text: string, { keyStart, value }: MemberRange): TextRange | undefined {
  const start = text.lastIndexOf("\n", keyStart - 1) + 1;
  if (!/^ *$/.test(text.slice(start, keyStart))) return undefined;
  let last = Math.max(value.end, keyStart + 1) - 1;
  while (last > keyStart && /\s/.test(text[last] ?? "")) last -= 1;
  let end = lineEnd(text, last);
  for (let at = end; at < text.length; ) {
    const next = lineEnd(text, at);
    const line = text.slice(at, next);
    const comment = /^( *)#/.exec(line);
    if (comment === null ? line.trim() !== "" : (comment[1]?.length ?? 0) <= keyStart - start) break;
    if (comment !== null) end = next;
    at = next;
  }
  return { start, end };
}

/** Behind the line end, or the text's. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}
