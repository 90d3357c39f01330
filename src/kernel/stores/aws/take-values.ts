import { Secret } from "../../secret/secret.ts";
import { type JsonNode, parseJson, rawOf, unescapeJson } from "../value/json-node.ts";

/** Members of AWS's replies that hold values, and whether as base64. */
const VALUES: Readonly<Record<string, "text" | "base64">> = {
  SecretString: "text",
  SecretBinary: "base64",
  Value: "text",
};

/**
 * Takes the values out of a reply before the SDK makes strings of it, which nobody could wipe: each stands in `values`
 * afterwards, and its place in the reply (as text, for SecretBinary in base64) in its stead. The reply's own bytes are wiped.
 */
export function takeValues(body: Buffer, values: Secret[]): Buffer {
  const root = parseJson(body);
  if (root === undefined) return body;
  const parts: Buffer[] = [];
  let from = 0;
  for (const [form, node] of valuesIn(root)) {
    const bytes = unescapeJson(rawOf(node));
    values.push(Secret.fromBytes(form === "text" ? bytes : fromBase64(bytes)));
    const place = String(values.length - 1);
    parts.push(Buffer.from(body.subarray(from, node.start)));
    parts.push(Buffer.from(JSON.stringify(form === "text" ? place : Buffer.from(place).toString("base64"))));
    from = node.end;
  }
  if (parts.length === 0) return body;
  parts.push(Buffer.from(body.subarray(from)));
  body.fill(0);
  return Buffer.concat(parts);
}

/** In the order in which they stand. Tags, whose values are metadata, are left alone: a tag's `Value` has a `Key` beside it. */
function* valuesIn(node: JsonNode): Generator<["text" | "base64", JsonNode], void, undefined> {
  const isTag = node.members.some(({ name }) => name === "Key");
  for (const { name, value } of node.members) {
    const form = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
    if (form !== undefined && value.kind === "string" && !isTag) yield [form, value];
    else yield* valuesIn(value);
  }
  for (const item of node.items) yield* valuesIn(item);
}

function fromBase64(text: Buffer): Buffer {
  const bytes = Buffer.from(text.toString("latin1"), "base64");
  text.fill(0);
  return bytes;
}

/** The value that stood where the SDK found `place`. Whoever asks owns it. */
export function takenValue(place: string | Uint8Array | undefined, values: (Secret | undefined)[]): Secret | undefined {
  if (place === undefined) return undefined;
  const n = Number(typeof place === "string" ? place : Buffer.from(place).toString("latin1"));
  const value = values[n];
  values[n] = undefined;
  return value;
}
