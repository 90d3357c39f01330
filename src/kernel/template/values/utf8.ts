/**
 * Strings of the template engine are byte strings, as Go's: each JavaScript character (U+0000 to U+00FF) is one byte, and the
 * bytes may be UTF-8 or anything else. So length, slices, comparison and joining are Go's, and binary values go through
 * unharmed. Functions that ask for characters decode here.
 */

/** U+FFFD, which stands for each byte that is no UTF-8. */
export const RUNE_ERROR = 0xfffd;

/** JavaScript text as a byte string. */
export function bytesOfText(text: string): string {
  return isAsciiBytes(text) ? text : Buffer.from(text.toWellFormed(), "utf8").toString("latin1");
}

/** A byte string as JavaScript text; bytes that are no UTF-8 become U+FFFD, each for itself. */
export function textOfBytes(bytes: string): string {
  if (isAsciiBytes(bytes)) return bytes;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const { rune, size } = runeAt(bytes, at);
    text += String.fromCodePoint(rune);
    at += size;
  }
  return text;
}

export function bytesOfRune(rune: number): string {
  if (rune < 0x80) return String.fromCharCode(rune);
  const isRune = rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
  return Buffer.from(String.fromCodePoint(isRune ? rune : RUNE_ERROR), "utf8").toString("latin1");
}

export function isAsciiBytes(bytes: string): boolean {
  // oxlint-disable-next-line no-control-regex -- that is the question
  return /^[\0-\x7f]*$/.test(bytes);
}

export interface DecodedRune {
  readonly rune: number;
  /** Bytes; 0 at the end of the text. */
  readonly size: number;
  /** False where U+FFFD stands for a byte that is no UTF-8. */
  readonly valid: boolean;
}

/** The character at `at` (RFC 3629 §4), as Go's utf8.DecodeRuneInString. */
export function runeAt(bytes: string, at: number): DecodedRune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1, valid: true };
  if (Number.isNaN(first)) return { rune: RUNE_ERROR, size: 0, valid: false };
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return { rune: RUNE_ERROR, size: 1, valid: false };
  let rune = first & (0xff >> (size + 1));
  for (let index = 1; index < size; index++) {
    const next = bytes.charCodeAt(at + index);
    const low = index > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = index > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (!(next >= low && next <= high)) return { rune: RUNE_ERROR, size: 1, valid: false };
    rune = (rune << 6) | (next & 0x3f);
  }
  return { rune, size, valid: true };
}

/** The characters of a byte string, as Go's `[]rune(text)`. */
export function runesOf(bytes: string): number[] {
  const runes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { rune, size } = runeAt(bytes, at);
    runes.push(rune);
    at += size;
  }
  return runes;
}

/** How many characters Go's utf8.RuneCountInString counts. */
export function runeCount(bytes: string): number {
  return isAsciiBytes(bytes) ? bytes.length : runesOf(bytes).length;
}

/** How many bytes the letter, digit or underscore at `at` takes; 0 where there is none. */
export function isAlphaNumericAt(bytes: string, at: number): number {
  const code = bytes.charCodeAt(at);
  if (code < 0x80) {
    const isWord =
      (code >= 0x61 && code <= 0x7a) ||
      (code >= 0x41 && code <= 0x5a) ||
      (code >= 0x30 && code <= 0x39) ||
      code === 0x5f;
    return isWord ? 1 : 0;
  }
  if (Number.isNaN(code)) return 0;
  const { rune, size, valid } = runeAt(bytes, at);
  return valid && /^[\p{L}\p{Nd}]$/u.test(String.fromCodePoint(rune)) ? size : 0;
}
