import { isSpaceRune } from "./rune-class.ts";
import { runeAt, runesOf } from "./utf8.ts";

/** Go's strings.SplitN: an empty separator splits between characters; `count` < 0 means all, 0 none. */
export function splitText(text: string, separator: string, count = -1): string[] {
  if (count === 0) return [];
  if (separator === "") return splitRunes(text, count);
  const parts = text.split(separator);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function splitRunes(text: string, count: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const { size } = runeAt(text, at);
    const isLast = parts.length === count - 1;
    parts.push(text.slice(at, isLast ? undefined : at + size));
    at = isLast ? text.length : at + size;
  }
  return parts;
}

/** Go's strings.ReplaceAll: an empty `from` stands before each character and at the end. */
export function replaceText(text: string, from: string, to: string): string {
  if (from !== "") return text.replaceAll(from, () => to);
  return (
    to +
    splitRunes(text, -1)
      .map((char) => char + to)
      .join("")
  );
}

/** Without the characters at both ends for which `isCut` holds. */
export function trimText(text: string, isCut: (rune: number) => boolean): string {
  let from = 0;
  while (from < text.length) {
    const { rune, size } = runeAt(text, from);
    if (!isCut(rune)) break;
    from += size;
  }
  let to = text.length;
  while (to > from) {
    const start = lastRuneStart(text, from, to);
    if (!isCut(runeAt(text.slice(start, to), 0).rune)) break;
    to = start;
  }
  return text.slice(from, to);
}

export function trimSpace(text: string): string {
  return trimText(text, isSpaceRune);
}

/** Go's strings.Trim: `cutset` is a set of characters. */
export function trimSet(text: string, cutset: string): string {
  const set = new Set(runesOf(cutset));
  return trimText(text, (rune) => set.has(rune));
}

/** Where the last character begins. */
function lastRuneStart(text: string, from: number, to: number): number {
  for (let start = Math.max(from, to - 4); start < to; start++) {
    const { size, valid } = runeAt(text.slice(start, to), 0);
    if (valid && start + size === to) return start;
  }
  return to - 1;
}
