/** What the plain reader answers to anything that it leaves to the `yaml` package. */
export const NOT_PLAIN: unique symbol = Symbol("not in the plain subset");

const INTEGER = /^[-+]?[0-9]+$/;
const OCTAL = /^0o[0-7]+$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/;
const EXPONENT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["~", null],
  ["null", null],
  ["Null", null],
  ["NULL", null],
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

/** The value of an unquoted scalar in YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#1032-tag-resolution). */
export function resolvePlainScalar(source: string): unknown {
  if (source.length <= 5) {
    const word = WORDS.get(source);
    if (word !== undefined || source === "~" || word === null) return word;
  }
  const first = source.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!numeric) return source;
  if (INTEGER.test(source) || DECIMAL.test(source) || EXPONENT.test(source) || HEXADECIMAL.test(source)) {
    return Number(source);
  }
  if (OCTAL.test(source)) return Number.parseInt(source.slice(2), 8);
  if (/^[-+]?\.(?:inf|nan)$/i.test(source)) return NOT_PLAIN;
  return source;
}

const SAFE_FIRST = /[A-Za-z0-9_./+~$(<=\\;^]/;

/**
 * Whether `source`, trimmed and on one line, is an unquoted scalar that means itself: no indicator in front,
 * no `: ` and no ` #` inside. Doubtful ones are refused; the caller then leaves the document to the `yaml` package.
 */
export function isPlainScalar(source: string): boolean {
  const first = source[0] ?? "";
  if (!SAFE_FIRST.test(first) && !(first === "-" && /^-[^\s-]|^--[^\s-]/.test(source))) return false;
  return !source.includes(": ") && !source.endsWith(":") && !source.includes(" #");
}

const ESCAPES_OF_JSON_TOO = /^[^\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^\\]*)*$/;
const MAX_ESCAPED = 64 * 1024;

/**
 * A quoted scalar that begins at `at` and ends before `lineEnd`: its value and the offset after it. Escapes that JSON
 * has not are refused, and so are long scalars with escapes (a regular expression over megabytes may overflow its stack).
 */
export function readQuoted(text: string, at: number, lineEnd: number): { value: string; end: number } | undefined {
  return text.charCodeAt(at) === 0x22 ? readDouble(text, at, lineEnd) : readSingle(text, at, lineEnd);
}

function readDouble(text: string, at: number, lineEnd: number): { value: string; end: number } | undefined {
  let close = text.indexOf('"', at + 1);
  if (close === -1 || close >= lineEnd) return undefined;
  const backslash = text.indexOf("\\", at + 1);
  if (backslash === -1 || backslash > close) return { value: text.slice(at + 1, close), end: close + 1 };
  if (lineEnd - at > MAX_ESCAPED) return undefined;
  while (escaped(text, close)) {
    close = text.indexOf('"', close + 1);
    if (close === -1 || close >= lineEnd) return undefined;
  }
  const inner = text.slice(at + 1, close);
  if (!ESCAPES_OF_JSON_TOO.test(inner)) return undefined;
  return { value: JSON.parse(`"${inner}"`) as string, end: close + 1 };
}

function escaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

function readSingle(text: string, at: number, lineEnd: number): { value: string; end: number } | undefined {
  let close = text.indexOf("'", at + 1);
  while (close !== -1 && text.charCodeAt(close + 1) === 0x27) close = text.indexOf("'", close + 2);
  if (close === -1 || close >= lineEnd) return undefined;
  return { value: text.slice(at + 1, close).replaceAll("''", "'"), end: close + 1 };
}
