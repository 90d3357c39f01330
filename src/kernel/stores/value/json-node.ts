/**
 * A JSON text as a tree of places in its bytes. Values stay bytes: nothing of them becomes a JavaScript string, which
 * could not be wiped. Names of members do, as byte strings (latin1 of their UTF-8), since names are no secrets.
 */
export interface JsonNode {
  readonly kind: "object" | "array" | "string" | "number" | "true" | "false" | "null";
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly items: readonly JsonNode[];
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly name: string;
  /** With quotes and escapes, as it stands in the text. */
  readonly rawName: Buffer;
  readonly value: JsonNode;
}

const DEEPEST = 2_000;

/** The text of a node as it stands there, spaces inside included. Not a copy. */
export function rawOf({ bytes, start, end }: JsonNode): Buffer {
  return bytes.subarray(start, end);
}

/** The whole of `bytes` as one JSON value (RFC 8259), or undefined. */
export function parseJson(bytes: Buffer): JsonNode | undefined {
  const reader = new Reader(bytes);
  try {
    const node = reader.value(0);
    reader.space();
    return reader.at === bytes.length ? node : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

/** JSON values one after the other, separated by white space (JSON lines), or undefined. */
export function parseJsonLines(bytes: Buffer): JsonNode[] | undefined {
  const reader = new Reader(bytes);
  const nodes: JsonNode[] = [];
  try {
    for (reader.space(); reader.at < bytes.length; reader.space()) nodes.push(reader.value(0));
    return nodes;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NONE: readonly never[] = [];

class Reader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  space(): void {
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.at += 1;
    }
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new NotJson();
    this.space();
    const start = this.at;
    switch (this.#bytes[start]) {
      case 0x7b:
        return this.#node(
          "object",
          start,
          NONE,
          this.#list(0x7d, () => this.#member(depth)),
        );
      case 0x5b:
        return this.#node(
          "array",
          start,
          this.#list(0x5d, () => this.value(depth + 1)),
        );
      case 0x22:
        this.#string();
        return this.#node("string", start);
      case 0x74:
        return this.#word("true");
      case 0x66:
        return this.#word("false");
      case 0x6e:
        return this.#word("null");
      default:
        return this.#number();
    }
  }

  #node(
    kind: JsonNode["kind"],
    start: number,
    items: readonly JsonNode[] = NONE,
    members: readonly JsonMember[] = NONE,
  ): JsonNode {
    return { kind, bytes: this.#bytes, start, end: this.at, items, members };
  }

  #list<T>(close: number, element: () => T): T[] {
    const all: T[] = [];
    this.at += 1;
    this.space();
    if (this.#bytes[this.at] === close) {
      this.at += 1;
      return all;
    }
    for (;;) {
      all.push(element());
      this.space();
      const byte = this.#bytes[this.at++];
      if (byte === close) return all;
      if (byte !== 0x2c) throw new NotJson();
    }
  }

  #member(depth: number): JsonMember {
    this.space();
    const start = this.at;
    this.#string();
    const rawName = this.#bytes.subarray(start, this.at);
    this.space();
    if (this.#bytes[this.at++] !== 0x3a) throw new NotJson();
    return { name: unescapeJson(rawName).toString("latin1"), rawName, value: this.value(depth + 1) };
  }

  #string(): void {
    if (this.#bytes[this.at++] !== 0x22) throw new NotJson();
    for (;;) {
      const byte = this.#bytes[this.at++];
      if (byte === 0x22) return;
      if (byte === undefined || byte < 0x20) throw new NotJson();
      if (byte === 0x5c) this.#escape();
    }
  }

  #escape(): void {
    const byte = this.#bytes[this.at++];
    if (byte === 0x75) {
      for (let digit = 0; digit < 4; digit++) if (!isHex(this.#bytes[this.at++])) throw new NotJson();
    } else if (byte === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(byte))) throw new NotJson();
  }

  #word(word: "true" | "false" | "null"): JsonNode {
    const start = this.at;
    this.at += word.length;
    if (this.#bytes.toString("latin1", start, this.at) !== word) throw new NotJson();
    return this.#node(word, start);
  }

  #number(): JsonNode {
    const start = this.at;
    let end = start;
    while ("+-.0123456789eE".includes(String.fromCharCode(this.#bytes[end] ?? 0))) end += 1;
    const text = this.#bytes.toString("latin1", start, end);
    NUMBER.lastIndex = 0;
    if (text === "" || NUMBER.exec(text)?.[0] !== text) throw new NotJson();
    this.at = end;
    return this.#node("number", start);
  }
}

function isHex(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9a-fA-F]/.test(String.fromCharCode(byte));
}

const SIMPLE: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9 };

/**
 * What a JSON string, given with its quotes, stands for, as UTF-8. Half a surrogate pair becomes U+FFFD, as in Go; bytes
 * that are not UTF-8 stay as they are.
 */
export function unescapeJson(raw: Buffer): Buffer {
  const inner = raw.subarray(1, -1);
  if (!inner.includes(0x5c)) return Buffer.from(inner);
  const out = Buffer.allocUnsafe(inner.length);
  let length = 0;
  const unit = (at: number): number => Number.parseInt(inner.toString("latin1", at, at + 4), 16);
  for (let at = 0; at < inner.length; ) {
    const byte = inner[at] ?? 0;
    if (byte !== 0x5c) {
      out[length++] = byte;
      at += 1;
      continue;
    }
    const letter = String.fromCharCode(inner[at + 1] ?? 0);
    if (letter !== "u") {
      out[length++] = SIMPLE[letter] ?? inner[at + 1] ?? 0;
      at += 2;
      continue;
    }
    let code = unit(at + 2);
    at += 6;
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = inner[at] === 0x5c && inner[at + 1] === 0x75 ? unit(at + 2) : undefined;
      const isPair = code < 0xdc00 && low !== undefined && low >= 0xdc00 && low <= 0xdfff;
      code = isPair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      if (isPair) at += 6;
    }
    length += out.write(String.fromCodePoint(code), length, "utf8");
  }
  const result = Buffer.from(out.subarray(0, length));
  out.fill(0);
  return result;
}
