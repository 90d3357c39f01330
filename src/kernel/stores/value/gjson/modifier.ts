import { quoteGoJson } from "../go-json.ts";
import { type JsonNode, parseJson, rawOf, unescapeJson } from "../json-node.ts";
import { balancedPrefix } from "./balanced.ts";
import { MODIFIERS } from "./path-component.ts";

/** How `@dig` searches; passed in, since the search itself runs modifiers. */
export type Get = (node: JsonNode | undefined, path: string) => JsonNode | undefined;

export interface Step {
  /** The text that the search goes on with; empty for nothing. */
  readonly json: Buffer;
  readonly rest: string;
}

/** `@name`, or `@name:argument`, at the beginning of a path; undefined when there is no such modifier. */
export function applyModifier(node: JsonNode | undefined, path: string, get: Get): Step | undefined {
  const end = path.search(/[.:|]|$/);
  const name = path.slice(1, end);
  if (!MODIFIERS.has(name)) return undefined;
  const { argument, rest } =
    path[end] === ":" ? splitArgument(path.slice(end + 1)) : { argument: "", rest: path.slice(end) };
  const json = node === undefined ? Buffer.alloc(0) : rawOf(node);
  return { json: modify(name, node, json, argument, get), rest };
}

function splitArgument(text: string): { argument: string; rest: string } {
  if (/^[{["]/.test(text)) {
    const argument = balancedPrefix(text);
    return { argument, rest: text.slice(argument.length) };
  }
  let at = 0;
  for (; at < text.length && text[at] !== "|"; at++) {
    if ('{["('.includes(text[at] as string)) at += balancedPrefix(text.slice(at)).length - 1;
  }
  return { argument: text.slice(0, at), rest: text.slice(at) };
}

function modify(name: string, node: JsonNode | undefined, json: Buffer, argument: string, get: Get): Buffer {
  switch (name) {
    case "this":
    case "valid":
      return json;
    case "ugly":
      return withoutSpace(json);
    case "reverse":
      return reverse(node, json);
    case "flatten":
      return node?.kind === "array" ? list(flatten(node, isSet(argument, "deep"))) : json;
    case "join":
      return node?.kind === "array" ? join(node, isSet(argument, "preserve")) : json;
    case "keys":
      return keys(node);
    case "values":
      return values(node, json);
    case "tostr":
      return quoteGoJson(json, true);
    case "fromstr":
      return node === undefined ? json : valueBytes(node);
    case "group":
      return group(node);
    case "dig":
      return list(dig(node, argument, get).map(rawOf));
    default:
      // @pretty arranges text for the eye; a secret's value has no use for it.
      return Buffer.alloc(0);
  }
}

/** What gjson gives for a value: text without quotes, everything else as it stands, nothing for null. */
function valueBytes(node: JsonNode): Buffer {
  if (node.kind === "null") return Buffer.alloc(0);
  return node.kind === "string" ? unescapeJson(rawOf(node)) : Buffer.from(rawOf(node));
}

function isSet(argument: string, name: string): boolean {
  const options = parseJson(Buffer.from(argument, "latin1"));
  return options?.members.findLast((member) => member.name === name)?.value.kind === "true";
}

const enclose = (open: string, parts: readonly Buffer[], close: string): Buffer =>
  Buffer.concat([
    Buffer.from(open),
    ...parts.flatMap((part, n) => (n === 0 ? [part] : [Buffer.from(","), part])),
    Buffer.from(close),
  ]);
const list = (parts: readonly Buffer[]): Buffer => enclose("[", parts, "]");
const pair = (name: Buffer, value: JsonNode): Buffer => Buffer.concat([name, Buffer.from(":"), rawOf(value)]);

function withoutSpace(json: Buffer): Buffer {
  const out = Buffer.allocUnsafe(json.length);
  let length = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (!inText && byte <= 0x20) continue;
    out[length++] = byte;
    if (byte === 0x22) inText = !inText;
    else if (byte === 0x5c && inText) out[length++] = json[++at] ?? 0;
  }
  return out.subarray(0, length);
}

function reverse(node: JsonNode | undefined, json: Buffer): Buffer {
  if (node?.kind === "array") return list(node.items.toReversed().map(rawOf));
  if (node?.kind !== "object") return json;
  return enclose(
    "{",
    node.members.toReversed().map(({ rawName, value }) => pair(rawName, value)),
    "}",
  );
}

/** The elements with those of inner arrays in their place, as they stand there with the spaces between them. */
function flatten(node: JsonNode, deep: boolean): Buffer[] {
  return node.items.flatMap((item) => {
    if (item.kind !== "array") return [rawOf(item)];
    if (deep) return flatten(item, true);
    const first = item.items[0];
    const last = item.items.at(-1);
    return first === undefined || last === undefined ? [] : [item.bytes.subarray(first.start, last.end)];
  });
}

function join(node: JsonNode, preserve: boolean): Buffer {
  const members = node.items.flatMap((item) => item.members);
  if (preserve)
    return enclose(
      "{",
      members.map(({ rawName, value }) => pair(rawName, value)),
      "}",
    );
  const joined = new Map<string, { rawName: Buffer; value: JsonNode }>();
  for (const { name, rawName, value } of members) {
    joined.set(name, { rawName: joined.get(name)?.rawName ?? rawName, value });
  }
  return enclose(
    "{",
    [...joined.values()].map(({ rawName, value }) => pair(rawName, value)),
    "}",
  );
}

function keys(node: JsonNode | undefined): Buffer {
  if (node?.kind === "object") return list(node.members.map(({ rawName }) => rawName));
  const count = node === undefined || node.kind === "null" ? 0 : node.kind === "array" ? node.items.length : 1;
  return list(Array.from({ length: count }, () => Buffer.from("null")));
}

function values(node: JsonNode | undefined, json: Buffer): Buffer {
  if (node?.kind === "array") return json;
  if (node === undefined) return Buffer.from("[]");
  return list(node.kind === "object" ? node.members.map(({ value }) => rawOf(value)) : [json]);
}

function group(node: JsonNode | undefined): Buffer {
  if (node?.kind !== "object") return Buffer.alloc(0);
  const rows: Buffer[][] = [];
  for (const { rawName, value } of node.members) {
    value.items.forEach((item, n) => (rows[n] ??= []).push(pair(rawName, item)));
  }
  return list(rows.map((row) => enclose("{", row, "}")));
}

function dig(node: JsonNode | undefined, path: string, get: Get): JsonNode[] {
  if (node === undefined) return [];
  const here = get(node, path);
  const below = [...node.items, ...node.members.map(({ value }) => value)];
  return [...(here === undefined ? [] : [here]), ...below.flatMap((child) => dig(child, path, get))];
}
