import { bytesOfRune, RUNE_ERROR, runeAt } from "../values/utf8.ts";

const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  12: "\\f",
  10: "\\n",
  13: "\\r",
  9: "\\t",
  11: "\\v",
  92: "\\\\",
};

/** A byte string in double quotes, as Go's strconv.Quote, or QuoteToASCII. */
export function quote(bytes: string, ascii = false): string {
  if (/^[ !#-[\]-~]*$/.test(bytes)) return `"${bytes}"`;
  let out = '"';
  for (let at = 0; at < bytes.length; ) {
    const { rune, size, valid } = runeAt(bytes, at);
    out += valid ? quotedRune(rune, '"', ascii) : `\\x${bytes.charCodeAt(at).toString(16).padStart(2, "0")}`;
    at += size;
  }
  return `${out}"`;
}

/** A character in single quotes, as Go's strconv.QuoteRune. */
export function quoteRune(rune: number, ascii = false): string {
  const isRune = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
  return `'${quotedRune(isRune ? rune : RUNE_ERROR, "'", ascii)}'`;
}

function quotedRune(rune: number, quoteChar: string, ascii: boolean): string {
  const char = rune < 0x80 ? String.fromCharCode(rune) : "";
  if (char === quoteChar) return `\\${char}`;
  const escape = ESCAPES[rune];
  if (escape !== undefined) return escape;
  if (isPrintable(rune) && (!ascii || rune < 0x80)) return bytesOfRune(rune);
  if (rune < 0x20 || rune === 0x7f) return `\\x${rune.toString(16).padStart(2, "0")}`;
  return rune < 0x1_0000 ? `\\u${rune.toString(16).padStart(4, "0")}` : `\\U${rune.toString(16).padStart(8, "0")}`;
}

/** Go's strconv.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space. */
export function isPrintable(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x20 && rune < 0x7f : /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(String.fromCodePoint(rune));
}

/** Go's strconv.CanBackquote. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length; ) {
    const { rune, size, valid } = runeAt(bytes, at);
    if (!valid || rune === 0xfeff) return false;
    if (size === 1 && ((rune < 0x20 && rune !== 9) || rune === 0x60 || rune === 0x7f)) return false;
    at += size;
  }
  return true;
}
