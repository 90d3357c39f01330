import { isPrintable } from "../format/quote.ts";
import { runeAt } from "../values/utf8.ts";

const HTML: Readonly<Record<string, string>> = {
  "\0": "\u00ef\u00bf\u00bd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/** Go's template.HTMLEscapeString, on a byte string: NUL becomes U+FFFD. */
export function escapeHtml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is what is looked for
  return text.replaceAll(/[\0"'&<>]/g, (char) => HTML[char] ?? char);
}

const JS: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

/** Go's template.JSEscapeString. */
export function escapeJs(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const { rune, size } = runeAt(text, at);
    const piece = text.slice(at, at + size);
    at += size;
    // A byte that is no UTF-8 stays as it is, since U+FFFD, which stands for it, can be printed.
    if (rune >= 0x80) out += isPrintable(rune) ? piece : `\\u${hex(rune, 4)}`;
    else out += JS[piece] ?? (rune < 0x20 ? `\\u00${hex(rune, 2)}` : piece);
  }
  return out;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/** Go's url.QueryEscape: everything but letters, digits and `-_.~`; a space becomes `+`. */
export function escapeQuery(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9\-_.~]/g, (char) => (char === " " ? "+" : `%${hex(char.charCodeAt(0), 2)}`));
}
