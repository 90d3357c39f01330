import { formatGoJsonFloat, isSameDecimal } from "./go-number.ts";
import { type JsonNode, parseJson, rawOf, unescapeJson } from "./json-node.ts";

export interface GoJsonOptions {
  /** Writes `<`, `>` and `&` as `\u003c` and so on, as json.Marshal does. */
  readonly escapeHtml: boolean;
  /** `text`: as they stand there (json.Number); `float64`: as Go writes what it read into an `any`. */
  readonly numbers: "text" | "float64";
}

/** A value as Go writes it after reading it: no spaces, names sorted by bytes, the last of equal names counts. */
export function writeGoJson(node: JsonNode, options: GoJsonOptions): Buffer {
  switch (node.kind) {
    case "object": {
      const members = [...new Map(node.members.map(({ name, value }) => [name, value]))].sort(([a], [b]) =>
        a < b ? -1 : 1,
      );
      const parts = members.flatMap(([name, value], n) => [
        Buffer.from(n === 0 ? "{" : ","),
        quoteGoJson(Buffer.from(name, "latin1"), options.escapeHtml),
        Buffer.from(":"),
        writeGoJson(value, options),
      ]);
      return Buffer.concat([...(members.length === 0 ? [Buffer.from("{")] : parts), Buffer.from("}")]);
    }
    case "array": {
      const parts = node.items.flatMap((item, n) => [Buffer.from(n === 0 ? "[" : ","), writeGoJson(item, options)]);
      return Buffer.concat([...(parts.length === 0 ? [Buffer.from("[")] : parts), Buffer.from("]")]);
    }
    case "string":
      return quoteGoJson(unescapeJson(rawOf(node)), options.escapeHtml);
    case "number":
      return Buffer.from(options.numbers === "text" ? rawOf(node) : exactFloat(rawOf(node).toString("latin1")));
    default:
      return Buffer.from(node.kind);
  }
}

/** As Go writes the float64 that it read, unless that would be another number: then the text as it stands. */
function exactFloat(text: string): string {
  const written = formatGoJsonFloat(Number(text));
  return Number.isFinite(Number(text)) && isSameDecimal(written, text) ? written : text;
}

const HEX = "0123456789abcdef";

/** Bytes as a JSON string as Go's encoding/json writes it; what is not UTF-8 becomes U+FFFD, each byte for itself. */
export function quoteGoJson(text: Buffer, escapeHtml: boolean): Buffer {
  const out = Buffer.allocUnsafe(text.length * 6 + 2);
  let length = 0;
  const put = (ascii: string): void => {
    length += out.write(ascii, length, "latin1");
  };
  put('"');
  for (let at = 0; at < text.length; ) {
    const byte = text[at] ?? 0;
    if (byte < 0x80) {
      at += 1;
      const short = SHORT[byte];
      if (short !== undefined) put(short);
      else if (byte < 0x20 || (escapeHtml && (byte === 0x3c || byte === 0x3e || byte === 0x26))) {
        put(`\\u00${HEX[byte >> 4]}${HEX[byte & 15]}`);
      } else out[length++] = byte;
      continue;
    }
    const size = utf8Length(text, at);
    if (size === 0) {
      put("\\ufffd");
      at += 1;
    } else if (
      size === 3 &&
      byte === 0xe2 &&
      text[at + 1] === 0x80 &&
      (text[at + 2] === 0xa8 || text[at + 2] === 0xa9)
    ) {
      put(text[at + 2] === 0xa8 ? "\\u2028" : "\\u2029");
      at += 3;
    } else {
      length += text.copy(out, length, at, at + size);
      at += size;
    }
  }
  put('"');
  const result = Buffer.from(out.subarray(0, length));
  out.fill(0);
  return result;
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

/** How many bytes the well-formed UTF-8 character at `at` has; 0 where there is none (Unicode 16, table 3-7). */
export function utf8Length(bytes: Buffer, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0;
  const follows = (n: number, low = 0x80, high = 0xbf): boolean => {
    const byte = bytes[at + n];
    return byte !== undefined && byte >= low && byte <= high;
  };
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/** `bytes`, a JSON text, as Go writes it after reading it; undefined when it is no JSON. */
export function rewriteAsGo(bytes: Buffer, options: GoJsonOptions): Buffer | undefined {
  const node = parseJson(bytes);
  return node === undefined ? undefined : writeGoJson(node, options);
}
