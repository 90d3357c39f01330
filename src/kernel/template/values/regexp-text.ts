import { isAsciiBytes, runeAt } from "./utf8.ts";

/**
 * A byte string as the regular expressions want it: characters, and each byte that is no UTF-8 as a lone surrogate
 * (U+DC00 + byte), which counts as one character.
 */
export function toRegexpText(bytes: string): string {
  if (isAsciiBytes(bytes)) return bytes;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const { rune, size, valid } = runeAt(bytes, at);
    text += valid ? String.fromCodePoint(rune) : String.fromCharCode(0xdc00 + bytes.charCodeAt(at));
    at += size;
  }
  return text;
}

/** The way back. */
export function fromRegexpText(text: string): string {
  if (isAsciiBytes(text)) return text;
  let bytes = "";
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    bytes += isByte ? String.fromCharCode(code - 0xdc00) : Buffer.from(char, "utf8").toString("latin1");
  }
  return bytes;
}
