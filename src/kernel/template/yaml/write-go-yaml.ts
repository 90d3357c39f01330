import { formatGoJsonFloat } from "../../stores/value/go-number.ts";
import type { Meter } from "../execute/meter.ts";
import { formatFloat } from "../format/format-float.ts";
import { failed } from "../template-fault.ts";
import { mapRunes } from "../values/map-runes.ts";
import { runesOf } from "../values/utf8.ts";
import { GoInteger, GoMap, GoSlice, type Value } from "../values/value.ts";
import { compareKeys } from "./key-order.ts";
import { isBreak, scalarStyle } from "./scalar-style.ts";
import { ScalarWriter } from "./scalar-writer.ts";

const MAX_DEPTH = 1_000;
/** A longer key is written with `? ` in front. */
const LONGEST_KEY = 128;

/** A value as YAML, as sigs.k8s.io/yaml writes it, without the last line end. @throws TemplateFault */
export function writeGoYaml(value: Value, meter: Meter): string {
  const writer = new ScalarWriter();
  writeNode(plainOf(value, meter, 0), -1, writer);
  return writer.text;
}

/** What YAML is written of: JSON's kinds, numbers as their text. */
type Plain = string | { readonly literal: string } | readonly Plain[] | ReadonlyMap<string, Plain>;

function plainOf(value: Value, meter: Meter, depth: number): Plain {
  meter.step();
  if (depth > MAX_DEPTH) throw failed("a value is nested too deeply for YAML");
  if (typeof value === "string") return mapRunes(value, (rune) => rune);
  if (typeof value === "boolean" || typeof value === "bigint") return { literal: String(value) };
  if (typeof value === "number") return { literal: numberText(value) };
  if (value === null || value === undefined) return { literal: "null" };
  if (value instanceof GoInteger) return { literal: String(value.value) };
  if (value instanceof GoSlice) {
    return value.isNil ? { literal: "null" } : value.items.map((item) => plainOf(item, meter, depth + 1));
  }
  if (!(value instanceof GoMap) && value.toJson !== undefined) return plainOf(value.toJson(), meter, depth + 1);
  if (value instanceof GoMap && value.isNil) return { literal: "null" };
  const entries = [...(value instanceof GoMap ? value.entries : value.fields)];
  return new Map(
    entries
      .map(([key, item]) => [mapRunes(key, (rune) => rune), plainOf(item, meter, depth + 1)] as const)
      .sort(([a], [b]) => compareKeys(a, b)),
  );
}

/** A float64 goes through JSON: a whole one comes out as an integer. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) throw failed("JSON has no NaN and no infinity");
  const json = formatGoJsonFloat(value);
  const isInteger = /^-?[0-9]+$/.test(json) && BigInt(json) >= -(1n << 63n) && BigInt(json) < 1n << 64n;
  return isInteger ? String(BigInt(json)) : formatFloat(value, "g", -1);
}

const isMap = (node: Plain): node is ReadonlyMap<string, Plain> => node instanceof Map;
const isList = (node: Plain): node is readonly Plain[] => Array.isArray(node);

/** Writes a node where the writer stands; `indent` is the column of what it stands in, -1 at the root. */
function writeNode(node: Plain, indent: number, writer: ScalarWriter): void {
  if (typeof node === "string") writer.scalar(node, scalarStyle(node, false), Math.max(indent, 0) + 2, true);
  else if (isMap(node)) {
    if (node.size === 0) writer.write("{}");
    else writeMap(node, indent < 0 ? 0 : indent + 2, writer);
  } else if (isList(node)) {
    if (node.length === 0) writer.write("[]");
    else writeList(node, indent < 0 ? 0 : indent + 2, writer);
  } else writer.write(node.literal);
}

function writeMap(map: ReadonlyMap<string, Plain>, indent: number, writer: ScalarWriter): void {
  let isFirst = true;
  for (const [key, node] of map) {
    if (!isFirst) writer.newLine(indent);
    isFirst = false;
    const isSimple = key.length <= LONGEST_KEY && !runesOf(key).some(isBreak);
    if (!isSimple) writer.write("? ");
    writer.scalar(key, scalarStyle(key, isSimple), indent + 2, !isSimple);
    if (!isSimple) writer.newLine(indent);
    writer.write(":");
    writeMember(node, indent, isSimple, writer);
  }
}

/** Lists stand in the column of their key. */
function writeMember(node: Plain, indent: number, isSimple: boolean, writer: ScalarWriter): void {
  if (isSimple && isMap(node) && node.size > 0) {
    writer.newLine(indent + 2);
    writeMap(node, indent + 2, writer);
  } else if (isSimple && isList(node) && node.length > 0) {
    writer.newLine(indent);
    writeList(node, indent, writer);
  } else {
    writer.write(" ");
    writeNode(node, indent, writer);
  }
}

function writeList(list: readonly Plain[], indent: number, writer: ScalarWriter): void {
  for (const [index, item] of list.entries()) {
    if (index > 0) writer.newLine(indent);
    writer.write("- ");
    writeNode(item, indent, writer);
  }
}
