import { writeGoJson } from "./go-json.ts";
import { formatGoFloat, isSameDecimal } from "./go-number.ts";
import { type JsonNode, rawOf, unescapeJson } from "./json-node.ts";

/**
 * One member of a JSON object as the bytes of a Secret's entry: text as it is, nothing for null, objects and arrays as Go's
 * json.Marshal writes them. A number is written as ESO does (`1e3` becomes `1000`), unless that loses digits, as it does in
 * ESO beyond 2^53: then it stays as it was written.
 */
export function memberText(node: JsonNode): Buffer {
  switch (node.kind) {
    case "string":
      return unescapeJson(rawOf(node));
    case "null":
      return Buffer.alloc(0);
    case "number":
      return Buffer.from(plainNumber(rawOf(node).toString("latin1")));
    case "object":
    case "array":
      return writeGoJson(node, { escapeHtml: true, numbers: "float64" });
    default:
      return Buffer.from(node.kind);
  }
}

function plainNumber(text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  const written = formatGoFloat(number);
  return isSameDecimal(written, text) ? written : text;
}
