import { bytesOfRune, runeAt } from "../values/utf8.ts";

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

/** A Go string literal without its quotes and escapes (strconv.Unquote); undefined when it is none. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  const body = literal.slice(1, -1);
  if (quote === "`") return body.replaceAll("\r", "");
  if (!body.includes("\\")) return body;
  let out = "";
  for (let at = 0; at < body.length; ) {
    const char = unquoteChar(body, at, '"');
    if (char === undefined) return undefined;
    out += char.isByte ? String.fromCharCode(char.value) : bytesOfRune(char.value);
    at = char.end;
  }
  return out;
}

export interface UnquotedChar {
  readonly value: number;
  /** From `\x41` or `\101`: a byte, not a character. */
  readonly isByte: boolean;
  readonly end: number;
}

/** The character or escape at `at` (strconv.UnquoteChar); undefined when there is none. */
export function unquoteChar(text: string, at: number, quote: string): UnquotedChar | undefined {
  const char = text[at];
  if (char === undefined || char === quote) return undefined;
  if (char !== "\\") {
    const { rune, size, valid } = runeAt(text, at);
    return valid
      ? { value: rune, isByte: false, end: at + size }
      : { value: text.charCodeAt(at), isByte: true, end: at + 1 };
  }
  const escape = text[at + 1] ?? "";
  const simple = SIMPLE[escape];
  if (simple !== undefined) return { value: simple, isByte: false, end: at + 2 };
  if (escape === quote) return { value: quote.charCodeAt(0), isByte: false, end: at + 2 };
  const digits = { x: 2, u: 4, U: 8 }[escape];
  if (digits !== undefined) {
    const hex = text.slice(at + 2, at + 2 + digits);
    if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
    const value = Number.parseInt(hex, 16);
    if (escape !== "x" && (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))) return undefined;
    return { value, isByte: escape === "x", end: at + 2 + digits };
  }
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal === undefined || Number.parseInt(octal, 8) > 255) return undefined;
  return { value: Number.parseInt(octal, 8), isByte: true, end: at + 4 };
}
