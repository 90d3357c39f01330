import { ENCODINGS, type Encoding } from "./encodings.ts";
import { overlap, type Span } from "./span.ts";

export interface EncodedSpan extends Span {
  readonly encoding: Encoding;
}

/** What stands at a place: an encoding, or nothing up to `end`. */
interface Piece extends Span {
  readonly encoding: Encoding | undefined;
}

const WORD = 1;
const HEX = 2;
const SPECIAL = 4;
const CLASS = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/+-") {
  CLASS[char.charCodeAt(0)] = WORD | (/[0-9A-Fa-f]/.test(char) ? HEX : 0);
}
for (const char of "%\\") CLASS[char.charCodeAt(0)] = SPECIAL;

const SHORTEST_BASE64 = 16;
const SHORTEST_HEX = 32;

/**
 * What looks encoded, from left to right; where two touch, the one that comes first in ENCODINGS. By hand instead of by a
 * pattern, since this looks at every file.
 */
export function findEncoded(text: string): readonly EncodedSpan[] {
  const found: EncodedSpan[] = [];
  const hasCodePoints = text.includes("U+");
  const next = hasCodePoints ? nextCharacter : new NextLongRun(text).nextPlace;
  for (let at = next(text, 0); at < text.length; at = next(text, at)) {
    const kind = CLASS[text.charCodeAt(at)] ?? 0;
    const piece = (kind & SPECIAL) === 0 ? wordAt(text, at, hasCodePoints) : specialAt(text, at);
    if (piece.encoding !== undefined) found.push({ encoding: piece.encoding, start: piece.start, end: piece.end });
    at = piece.end;
  }
  return found.length < 2 ? found : withoutWeaker(found);
}

/** The next place where anything may begin, at or behind `from`. */
function nextCharacter(text: string, from: number): number {
  let at = from;
  while (at < text.length && (CLASS[text.charCodeAt(at)] ?? 0) === 0) at += 1;
  return at;
}

/** Skips words that are too short: of sixteen characters it looks at one, and at others only where that one is of a word. */
class NextLongRun {
  #percent: number;
  #backslash: number;

  constructor(text: string) {
    this.#percent = indexOrEnd(text, "%", 0);
    this.#backslash = indexOrEnd(text, "\\", 0);
  }

  readonly nextPlace = (text: string, from: number): number => {
    if (this.#percent < from) this.#percent = indexOrEnd(text, "%", from);
    if (this.#backslash < from) this.#backslash = indexOrEnd(text, "\\", from);
    const special = Math.min(this.#percent, this.#backslash);
    for (let start = from; start + SHORTEST_BASE64 <= special; ) {
      const last = start + SHORTEST_BASE64 - 1;
      let at = last;
      while (at >= start && ((CLASS[text.charCodeAt(at)] ?? 0) & WORD) !== 0) at -= 1;
      if (at < start) return start;
      start = at + 1;
    }
    return special;
  };
}

function indexOrEnd(text: string, char: string, from: number): number {
  const index = text.indexOf(char, from);
  return index < 0 ? text.length : index;
}

/** A run of base64's characters; or what stands first in it, be it too short for anything. */
function wordAt(text: string, start: number, hasCodePoints: boolean): Piece {
  let end = start;
  let hexEnd = start;
  for (let kind = CLASS[text.charCodeAt(end)] ?? 0; (kind & WORD) !== 0; kind = CLASS[text.charCodeAt(++end)] ?? 0) {
    if ((kind & HEX) !== 0 && hexEnd === end) hexEnd = end + 1;
  }
  const codePoints = hasCodePoints ? text.slice(start, end).indexOf("U+") : -1;
  if (codePoints === 0) {
    const unicode = CODE_POINTS.exec(text.slice(start, start + LONGEST_SEQUENCE));
    if (unicode !== null) return { encoding: "unicode", start, end: start + unicode[0].length };
  }
  if (hexEnd - start >= SHORTEST_HEX) return { encoding: "hex", start, end: hexEnd };
  if (end - start >= SHORTEST_BASE64) {
    if (text[end] === "=") end += text[end + 1] === "=" ? 2 : 1;
    return { encoding: "base64", start, end };
  }
  if (codePoints >= 0) return { encoding: undefined, start, end: start + Math.max(codePoints, 1) };
  return { encoding: undefined, start, end };
}

const CODE_POINTS = /^(?:U\+[0-9A-Fa-f]{4}(?:[\t\n\f\r ]|$))+/;
const ESCAPES = /^(?:\\{1,2}[uU][0-9A-Fa-f]{4})+/;
const LONGEST_SEQUENCE = 64 * 1024;

/** `%41`, and with it all up to the last of its kind in the line; or `\u0041`. */
function specialAt(text: string, start: number): Piece {
  if (text[start] === "\\") {
    const escapes = isEscape(text, start) ? ESCAPES.exec(text.slice(start, start + LONGEST_SEQUENCE)) : null;
    if (escapes === null) return { encoding: undefined, start, end: start + 1 };
    return { encoding: "unicode", start, end: start + escapes[0].length };
  }
  if (!isPercent(text, start)) return { encoding: undefined, start, end: start + 1 };
  const lineBreak = text.indexOf("\n", start);
  let last = text.lastIndexOf("%", lineBreak < 0 ? text.length : lineBreak);
  while (last > start && !isPercent(text, last)) last = text.lastIndexOf("%", last - 1);
  return { encoding: "percent", start, end: Math.max(last, start) + 3 };
}

function isEscape(text: string, at: number): boolean {
  return /^\\{1,2}[uU]/.test(text.slice(at, at + 3));
}

function isPercent(text: string, at: number): boolean {
  return isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2));
}

function isHex(code: number): boolean {
  return ((CLASS[code] ?? 0) & HEX) !== 0;
}

function withoutWeaker(spans: readonly EncodedSpan[]): readonly EncodedSpan[] {
  const rank = ({ encoding }: EncodedSpan): number => ENCODINGS.indexOf(encoding);
  return spans.filter((span, index) =>
    [spans[index - 1], spans[index + 1]].every(
      (neighbour) => neighbour === undefined || !overlap(span, neighbour) || rank(neighbour) >= rank(span),
    ),
  );
}
