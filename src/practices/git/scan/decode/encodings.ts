/** The encodings that are looked through, the one that wins where two touch first. */
export const ENCODINGS = ["percent", "unicode", "hex", "base64"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const DECODERS: Readonly<Record<Encoding, (text: string) => string>> = {
  percent: decodePercent,
  unicode: decodeUnicode,
  hex: decodeHex,
  base64: decodeBase64,
};

/** What `text` stands for; empty where it is no such encoding of printable ASCII after all. */
export function decodeAs(encoding: Encoding, text: string): string {
  return DECODERS[encoding](text);
}

function isPrintable(code: number): boolean {
  return code > 0x08 && code < 0x7f;
}

function decodePercent(text: string): string {
  let printable = true;
  const decoded = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    printable &&= isPrintable(code);
    return String.fromCharCode(code);
  });
  return printable ? decoded : "";
}

function decodeUnicode(text: string): string {
  return text
    .replaceAll(/(?:U\+[0-9A-Fa-f]{4}(?:[\t\n\f\r ]|$))+/g, characters)
    .replaceAll(/(?:\\{1,2}[uU][0-9A-Fa-f]{4})+/g, characters);
}

function characters(sequence: string): string {
  const codes = Array.from(sequence.matchAll(/[uU]\+?([0-9A-Fa-f]{4})/g), ([, hex = ""]) => Number.parseInt(hex, 16));
  return codes.map((code) => ((code & 0xf800) === 0xd800 ? "\ufffd" : String.fromCharCode(code))).join("");
}

function decodeHex(text: string): string {
  // Long words of the letters a to f are common in code, hexadecimal without a digit is not.
  if (text.length % 2 !== 0 || !/[0-9]/.test(text)) return "";
  let decoded = "";
  for (let at = 0; at < text.length; at += 2) {
    const code = Number.parseInt(text.slice(at, at + 2), 16);
    if (!isPrintable(code)) return "";
    decoded += String.fromCharCode(code);
  }
  return decoded;
}

const SIX_BITS = new Int8Array(128).fill(-1);
for (const [index, char] of Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", (char) =>
  char.charCodeAt(0),
).entries()) {
  SIX_BITS[char] = index;
}
SIX_BITS["-".charCodeAt(0)] = 62;
SIX_BITS["_".charCodeAt(0)] = 63;

/** RFC 4648 §4 with its padding, or §5 without. Stops at the first character that is no printable one: most words end there. */
function decodeBase64(text: string): string {
  if (!/[0-9+/_-]/.test(text)) return "";
  const end = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length;
  const isStandard = text.length % 4 === 0 && !/[-_]/.test(text);
  const isUrl = end === text.length && end % 4 !== 1 && !/[+/]/.test(text);
  if (!isStandard && !isUrl) return "";
  let decoded = "";
  let bits = 0;
  let held = 0;
  for (let at = 0; at < end; at++) {
    bits = (bits << 6) | (SIX_BITS[text.charCodeAt(at)] ?? 0);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const code = (bits >> held) & 0xff;
    if (!isPrintable(code)) return "";
    decoded += String.fromCharCode(code);
  }
  return decoded;
}
