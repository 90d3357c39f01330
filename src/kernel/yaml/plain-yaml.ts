import { FlowReader, type Note } from "./plain-flow.ts";
import { isPlainScalar, NOT_PLAIN, readQuoted, resolvePlainScalar } from "./plain-scalar.ts";

const MAX_DEPTH = 64;
const MAX_KEY = 500;
const BLOCK_HEADER = /^\|(-?)(?: +#.*| *)$/;
const UNUSUAL = /[^\P{Cc}\t\n]|[\u2028\u2029\ufeff]/u;

/** Characters of an unquoted key: letters, digits, `_`, `.`, `/`, and `-` but not in front. */
const KEY_CHARACTER = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_./-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/**
 * Reads the subset of YAML in which nearly all manifests are written, about twenty times as fast as the `yaml` package:
 * block mappings and lists, scalars on one line, literal blocks (`|`, `|-`), simple flow collections.
 * Whatever it is not sure of gives NOT_PLAIN, and the caller asks the `yaml` package. A property test holds the promise:
 * where this reader gives a value, it is the one that `yaml` gives; where `yaml` finds an error, this reader gives none.
 */
export function readPlainYaml(text: string, note?: Note): unknown {
  if (UNUSUAL.test(text)) return NOT_PLAIN;
  return new PlainReader(text.endsWith("\n") ? text : `${text}\n`, note).document();
}

/** Stands on one line that holds structure: `lineStart` ≤ `at` < `lineEnd`; `indent` is the column of `at`. */
class PlainReader {
  readonly #text: string;
  readonly #note: Note | undefined;
  readonly #flow: FlowReader;
  readonly #hasTabs: boolean;
  #next = 0;
  #at = 0;
  #indent = 0;
  #lineEnd = 0;
  #done = false;

  constructor(text: string, note: Note | undefined) {
    this.#text = text;
    this.#note = note;
    this.#flow = new FlowReader(text, note);
    this.#hasTabs = text.includes("\t");
  }

  document(): unknown {
    this.#advance();
    if (this.#done) return null;
    const value = this.#node(0);
    return this.#done ? value : NOT_PLAIN;
  }

  /** To the next line that is neither blank nor a comment. */
  #advance(): void {
    const text = this.#text;
    for (;;) {
      if (this.#next >= text.length) {
        this.#done = true;
        this.#indent = -1;
        return;
      }
      const start = this.#next;
      const end = text.indexOf("\n", start);
      let at = start;
      while (text.charCodeAt(at) === 0x20) at++;
      this.#next = end + 1;
      if (at === end) continue;
      const first = text.charCodeAt(at);
      if (first === 0x23) continue;
      this.#at = at;
      this.#indent = at - start;
      this.#lineEnd = end;
      return;
    }
  }

  #node(depth: number): unknown {
    if (depth > MAX_DEPTH) return NOT_PLAIN;
    return this.#atItem() ? this.#list(depth) : this.#mapping(depth);
  }

  #atItem(): boolean {
    if (this.#text.charCodeAt(this.#at) !== 0x2d) return false;
    const after = this.#text.charCodeAt(this.#at + 1);
    return after === 0x20 || after === 0x0a;
  }

  #mapping(depth: number): unknown {
    const indent = this.#indent;
    const members: Record<string, unknown> = {};
    do {
      if (this.#atItem() || this.#lineHasTab()) return NOT_PLAIN;
      const start = this.#at;
      const key = this.#key();
      if (key === undefined || key === "__proto__" || Object.hasOwn(members, key)) return NOT_PLAIN;
      this.#note?.(members, key, start);
      const value = this.#memberValue(indent, depth);
      if (value === NOT_PLAIN) return NOT_PLAIN;
      members[key] = value;
    } while (this.#indent === indent);
    return this.#indent > indent ? NOT_PLAIN : members;
  }

  #list(depth: number): unknown {
    const indent = this.#indent;
    const items: unknown[] = [];
    while (this.#indent === indent && this.#atItem()) {
      if (this.#lineHasTab()) return NOT_PLAIN;
      let at = this.#at + 1;
      while (this.#text.charCodeAt(at) === 0x20) at++;
      this.#note?.(items, items.length, at === this.#lineEnd ? this.#at : at);
      const value = this.#itemValue(at, indent, depth);
      if (value === NOT_PLAIN) return NOT_PLAIN;
      items.push(value);
    }
    return this.#indent > indent ? NOT_PLAIN : items;
  }

  /** A key on the present line with its colon; afterwards `#at` is where the value begins. */
  #key(): string | undefined {
    const text = this.#text;
    const quote = text.charCodeAt(this.#at);
    let key: string;
    let end: number;
    if (quote === 0x22 || quote === 0x27) {
      const quoted = readQuoted(text, this.#at, this.#lineEnd);
      if (quoted === undefined) return undefined;
      ({ value: key, end } = quoted);
    } else {
      if (quote === 0x2d) return undefined;
      end = this.#at;
      while (KEY_CHARACTER[text.charCodeAt(end)] === 1) end++;
      key = text.slice(this.#at, end);
    }
    if (text.charCodeAt(end) !== 0x3a || end === this.#at || end - this.#at > MAX_KEY) return undefined;
    const after = text.charCodeAt(end + 1);
    if (after !== 0x20 && after !== 0x0a) return undefined;
    let at = end + 1;
    while (text.charCodeAt(at) === 0x20) at++;
    this.#at = at;
    return key;
  }

  #memberValue(indent: number, depth: number): unknown {
    if (!this.#atEndOrComment()) return this.#inline(indent);
    this.#advance();
    if (this.#indent > indent) return this.#node(depth + 1);
    if (this.#indent === indent && this.#atItem()) return this.#list(depth + 1);
    return null;
  }

  #itemValue(at: number, indent: number, depth: number): unknown {
    const dash = this.#at;
    this.#at = at;
    if (this.#atEndOrComment()) {
      this.#advance();
      return this.#indent > indent ? this.#node(depth + 1) : null;
    }
    if (this.#atItem()) return NOT_PLAIN;
    const key = this.#key();
    if (key === undefined) return this.#inline(indent);
    this.#at = at;
    this.#indent = indent + (at - dash);
    return depth >= MAX_DEPTH ? NOT_PLAIN : this.#mapping(depth + 1);
  }

  #atEndOrComment(): boolean {
    return this.#at === this.#lineEnd || this.#text.charCodeAt(this.#at) === 0x23;
  }

  /** A value that begins on the line of its key or dash. */
  #inline(indent: number): unknown {
    const first = this.#text.charCodeAt(this.#at);
    if (first === 0x7c) return this.#literalBlock(indent);
    let value: unknown;
    if (first === 0x22 || first === 0x27) {
      const quoted = readQuoted(this.#text, this.#at, this.#lineEnd);
      if (quoted === undefined || !this.#endsAfter(quoted.end)) return NOT_PLAIN;
      value = quoted.value;
    } else if (first === 0x5b || first === 0x7b) {
      value = this.#flow.read(this.#at, this.#lineEnd);
      if (value === NOT_PLAIN || !this.#endsAfter(this.#flow.end)) return NOT_PLAIN;
    } else {
      const line = this.#text.slice(this.#at, this.#lineEnd);
      const comment = line.indexOf(" #");
      const source = (comment === -1 ? line : line.slice(0, comment)).trimEnd();
      if (!isPlainScalar(source)) return NOT_PLAIN;
      value = resolvePlainScalar(source);
    }
    this.#advance();
    return this.#indent > indent ? NOT_PLAIN : value;
  }

  #endsAfter(end: number): boolean {
    if (end === this.#lineEnd) return true;
    const rest = this.#text.slice(end, this.#lineEnd).trimStart();
    return rest === "" || (rest.startsWith("#") && this.#text.charCodeAt(end) === 0x20);
  }

  /** A literal block scalar (https://yaml.org/spec/1.2.2/#812-literal-style); its first line fixes its indentation. */
  #literalBlock(parent: number): unknown {
    const text = this.#text;
    const header = this.#lineEnd - this.#at > MAX_KEY ? null : BLOCK_HEADER.exec(text.slice(this.#at, this.#lineEnd));
    if (header === null) return NOT_PLAIN;
    const lines: string[] = [];
    let width = -1;
    for (;;) {
      if (this.#next >= text.length) break;
      const start = this.#next;
      const end = text.indexOf("\n", start);
      let at = start;
      while (text.charCodeAt(at) === 0x20) at++;
      if (at === end) {
        if (width === -1 && at > start) return NOT_PLAIN;
        lines.push(at - start > width ? text.slice(start + Math.max(width, 0), end) : "");
        this.#next = end + 1;
        continue;
      }
      if (width === -1) {
        if (at - start <= parent) return NOT_PLAIN;
        width = at - start;
      }
      if (at - start < width) {
        if (at - start > parent) return NOT_PLAIN;
        break;
      }
      lines.push(text.slice(start + width, end));
      this.#next = end + 1;
    }
    if (width === -1) return NOT_PLAIN;
    this.#advance();
    if (this.#indent > parent) return NOT_PLAIN;
    let last = lines.length;
    while (last > 0 && lines[last - 1] === "") last--;
    const body = lines.slice(0, last).join("\n");
    return header[1] === "-" ? body : `${body}\n`;
  }

  #lineHasTab(): boolean {
    return this.#hasTabs && this.#text.slice(this.#at, this.#lineEnd).includes("\t");
  }
}
