import type { Meter } from "../execute/meter.ts";
import { textOf } from "../format/format-value.ts";
import { quote } from "../format/quote.ts";
import { failed } from "../template-fault.ts";
import { count } from "../values/cast.ts";
import { mapCase } from "../values/map-runes.ts";
import { parseGoInt } from "../values/parse-number.ts";
import { isSpaceRune, toLower, toUpper } from "../values/rune-class.ts";
import { replaceText, splitText, trimSet, trimSpace } from "../values/split-text.ts";
import { bytesOfRune } from "../values/utf8.ts";
import { GoMap, strings, type Value } from "../values/value.ts";
import { abbreviate, wrapText } from "./fit-text.ts";
import { type FunctionTable, fn, type GoFunction, variadic } from "./go-function.ts";
import { textsOf } from "./texts-of.ts";
import { camelCase, separatedCase, swapCase, titleCase, untitle } from "./word-case.ts";

/** sprig's functions for texts. Lengths and places count bytes, as there. */
export const STRING_FUNCTIONS: FunctionTable = {
  hello: fn([], () => "Hello!"),
  trim: fn(["string"], ([text]) => trimSpace(text)),
  trimall: fn(["string", "string"], ([set, text]) => trimSet(text, set)),
  trimAll: fn(["string", "string"], ([set, text]) => trimSet(text, set)),
  trimSuffix: fn(["string", "string"], ([end, text]) =>
    end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text,
  ),
  trimPrefix: fn(["string", "string"], ([begin, text]) => (text.startsWith(begin) ? text.slice(begin.length) : text)),
  upper: fn(["string"], ([text]) => mapCase(text, toUpper, (ascii) => ascii.toUpperCase())),
  lower: fn(["string"], ([text]) => mapCase(text, toLower, (ascii) => ascii.toLowerCase())),
  title: byCharacter(titleCase),
  untitle: byCharacter(untitle),
  swapcase: byCharacter(swapCase),
  camelcase: byCharacter(camelCase),
  snakecase: byCharacter((text) => separatedCase(text, "_")),
  kebabcase: byCharacter((text) => separatedCase(text, "-")),
  substr: fn(["int", "int", "string"], ([start, end, text]) => substring(count(start), count(end), text)),
  trunc: fn(["int", "string"], ([size, text]) => truncate(count(size), text)),
  abbrev: fn(["int", "string"], ([width, text]) => (width < 4n ? text : abbreviate(text, 0, count(width)))),
  abbrevboth: fn(["int", "int", "string"], ([left, right, text]) =>
    right < 4n || (left > 0n && right < 7n) ? text : abbreviate(text, count(left), count(right)),
  ),
  wrap: fn(["int", "string"], ([width, text]) => wrapText(text, count(width), "", false)),
  wrapWith: fn(["int", "string", "string"], ([width, separator, text], { meter }) => {
    meter.charge(text.length * (separator.length + 1));
    return wrapText(text, count(width), separator, true);
  }),
  repeat: fn(["int", "string"], ([times, text], { meter }) => {
    if (times < 0n) throw failed("repeat cannot take a negative number");
    meter.charge(text.length * count(times));
    return text.repeat(count(times));
  }),
  nospace: fn(["string"], ([text]) => withoutSpace(text)),
  initials: fn(["string"], ([text]) => initials(text)),
  contains: fn(["string", "string"], ([part, text]) => text.includes(part)),
  hasPrefix: fn(["string", "string"], ([begin, text]) => text.startsWith(begin)),
  hasSuffix: fn(["string", "string"], ([end, text]) => text.endsWith(end)),
  quote: variadic([], "any", (values, { meter }) =>
    present(values)
      .map((value) => quote(textOf(value, meter)))
      .join(" "),
  ),
  squote: variadic([], "any", (values, { meter }) =>
    present(values)
      .map((value) => `'${textOf(value, meter)}'`)
      .join(" "),
  ),
  cat: variadic([], "any", (values, { meter }) =>
    present(values)
      .map((value) => textOf(value, meter))
      .join(" "),
  ),
  indent: fn(["int", "string"], ([spaces, text], { meter }) => indent(count(spaces), text, meter.charge.bind(meter))),
  nindent: fn(
    ["int", "string"],
    ([spaces, text], { meter }) => `\n${indent(count(spaces), text, meter.charge.bind(meter))}`,
  ),
  replace: fn(["string", "string", "string"], ([from, to, text], { meter }) => {
    meter.charge(to.length * (from === "" ? text.length + 1 : Math.floor(text.length / from.length)));
    return replaceText(text, from, to);
  }),
  plural: fn(["string", "string", "int"], ([one, many, number]) => (number === 1n ? one : many)),
  toString: fn(["any"], ([value], { meter }) => textOf(value, meter)),
  atoi: fn(["string"], ([text]) => clamped(parseGoInt(text, -(1n << 200n), 1n << 200n, 10) ?? 0n)),
  split: fn(["string", "string"], ([separator, text], { meter }) => numbered(parts(text, separator, -1, meter))),
  splitn: fn(["string", "int", "string"], ([separator, number, text], { meter }) =>
    numbered(parts(text, separator, count(number), meter)),
  ),
  splitList: fn(["string", "string"], ([separator, text], { meter }) => strings(parts(text, separator, -1, meter))),
  toStrings: fn(["any"], ([value], { meter }) => strings(textsOf(value, meter))),
  join: fn(["string", "any"], ([separator, value], { meter }) => {
    const texts = textsOf(value, meter);
    meter.charge(separator.length * texts.length);
    return texts.join(separator);
  }),
};

/** Each character is asked what it is, which takes its time. */
function byCharacter(map: (text: string) => string): GoFunction {
  return fn(["string"], ([text], { meter }) => {
    meter.step(text.length * 4);
    return map(text);
  });
}

function present<T extends Value>(values: readonly T[]): T[] {
  return values.filter((value) => value !== null);
}

/** An integer that is too large becomes the largest that there is. */
function clamped(value: bigint): bigint {
  const largest = (1n << 63n) - 1n;
  return value > largest ? largest : value < -largest - 1n ? -largest - 1n : value;
}

function indent(spaces: number, text: string, charge: (bytes: number) => void): string {
  if (spaces < 0) throw failed("indent cannot take a negative number");
  charge(spaces * text.split("\n").length);
  const padding = " ".repeat(spaces);
  return padding + text.replaceAll("\n", `\n${padding}`);
}

function substring(start: number, end: number, text: string): string {
  if (start < 0) return checkedSlice(text, 0, end);
  if (end < 0 || end > text.length) return checkedSlice(text, start, text.length);
  return checkedSlice(text, start, end);
}

function checkedSlice(text: string, from: number, to: number): string {
  if (from > to || to > text.length || to < 0) throw failed("substr reaches out of the text");
  return text.slice(from, to);
}

function truncate(size: number, text: string): string {
  if (size < 0) return text.length + size > 0 ? text.slice(text.length + size) : text;
  return text.slice(0, size);
}

/** sprig goes byte by byte here, and writes each as a character. */
function withoutSpace(text: string): string {
  const kept = Array.from(text).filter((byte) => !isSpaceRune(byte.charCodeAt(0)));
  return kept.length === text.length ? text : kept.map((byte) => bytesOfRune(byte.charCodeAt(0))).join("");
}

/** sprig goes byte by byte here as well. */
function initials(text: string): string {
  let afterGap = true;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at);
    const isGap = isSpaceRune(byte);
    if (!isGap && afterGap) out += bytesOfRune(byte);
    afterGap = isGap;
  }
  return out;
}

function parts(text: string, separator: string, number: number, meter: Meter): string[] {
  const most = Math.ceil(text.length / Math.max(separator.length, 1));
  meter.charge(16 * (number < 0 ? most : Math.min(number, most)));
  return splitText(text, separator, number);
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, index) => [`_${index}`, part])), "string");
}
