import { formatGoJsonFloat } from "../../stores/value/go-number.ts";
import type { Meter } from "../execute/meter.ts";
import { failed } from "../template-fault.ts";
import { typeName } from "../values/type-name.ts";
import { runeAt } from "../values/utf8.ts";
import { GoInteger, GoMap, GoSlice, type Value } from "../values/value.ts";

export interface JsonStyle {
  /** `<`, `>` and `&` as `\u003c` and so on. */
  readonly escapeHtml: boolean;
  /** Indents by this; undefined writes one line. */
  readonly indent?: string;
}

const MAX_DEPTH = 1_000;

/** A value as Go's encoding/json writes it. @throws TemplateFault for a NaN, an infinity, or a list within itself */
export function writeJson(value: Value, style: JsonStyle, meter: Meter): string {
  return write(value, style, meter, 0);
}

function write(value: Value, style: JsonStyle, meter: Meter, depth: number): string {
  meter.step();
  if (depth > MAX_DEPTH) throw failed("a value is nested too deeply for JSON");
  switch (typeof value) {
    case "string":
      return quoteJson(value, style.escapeHtml);
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw failed("JSON has no NaN and no infinity");
      return formatGoJsonFloat(value);
    default:
  }
  if (value === null || value === undefined) return "null";
  if (typeof value !== "object") throw failed(`JSON has no ${typeName(value)}`);
  if (value instanceof GoInteger) return String(value.value);
  if (value instanceof GoSlice) {
    if (value.isNil) return "null";
    const items = value.items.map((item) => write(item, style, meter, depth + 1));
    return enclosed("[", items, "]", style, depth);
  }
  if (value instanceof GoMap && value.isNil) return "null";
  if (!(value instanceof GoMap) && value.toJson !== undefined) return write(value.toJson(), style, meter, depth + 1);
  const entries: readonly (readonly [string, Value])[] =
    value instanceof GoMap ? value.sortedKeys().map((key) => [key, value.entries.get(key)]) : [...value.fields];
  const colon = style.indent === undefined ? ":" : ": ";
  const members = entries.map(
    ([key, item]) => quoteJson(key, style.escapeHtml) + colon + write(item, style, meter, depth + 1),
  );
  return enclosed("{", members, "}", style, depth);
}

function enclosed(open: string, parts: readonly string[], close: string, { indent }: JsonStyle, depth: number): string {
  if (indent === undefined || parts.length === 0) return open + parts.join(",") + close;
  const inner = `\n${indent.repeat(depth + 1)}`;
  return `${open}${inner}${parts.join(`,${inner}`)}\n${indent.repeat(depth)}${close}`;
}

const SHORT: Readonly<Record<number, string>> = {
  0x22: '\\"',
  0x5c: "\\\\",
  0x08: "\\b",
  0x0c: "\\f",
  0x0a: "\\n",
  0x0d: "\\r",
  0x09: "\\t",
};

/** A byte string as a JSON string; what is not UTF-8 becomes `\ufffd`, each byte for itself. */
function quoteJson(text: string, escapeHtml: boolean): string {
  if (/^[ !#-%'-;=?-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (let at = 0; at < text.length; ) {
    const { rune, size, valid } = runeAt(text, at);
    const piece = text.slice(at, at + size);
    at += size;
    if (!valid) out += "\\ufffd";
    else if (rune >= 0x80) out += rune === 0x2028 || rune === 0x2029 ? `\\u${rune.toString(16)}` : piece;
    else {
      const isEscaped = rune < 0x20 || (escapeHtml && (piece === "<" || piece === ">" || piece === "&"));
      out += SHORT[rune] ?? (isEscaped ? `\\u00${rune.toString(16).padStart(2, "0")}` : piece);
    }
  }
  return `${out}"`;
}
