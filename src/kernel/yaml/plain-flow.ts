import { isPlainScalar, NOT_PLAIN, readQuoted, resolvePlainScalar } from "./plain-scalar.ts";

/** Told where each member and item begins, when positions are wanted. */
export type Note = (container: object, key: string | number, offset: number) => void;

const MAX_DEPTH = 16;
const BARE = /[^\s,[\]{}#:"'&*!|>%@`?][^\n,[\]{}#:"'&*!|>%@`?]*/y;
const MAX_LINE = 16 * 1024;

/**
 * A flow list or mapping that ends on its own line, such as `["a", "b"]` or `{ cpu: 100m }`. The offset after it is in
 * `end`; NOT_PLAIN for whatever is not simple.
 */
export class FlowReader {
  end = 0;
  readonly #text: string;
  readonly #note: Note | undefined;
  #lineEnd = 0;

  constructor(text: string, note: Note | undefined) {
    this.#text = text;
    this.#note = note;
  }

  read(at: number, lineEnd: number): unknown {
    this.#lineEnd = lineEnd;
    return lineEnd - at > MAX_LINE ? NOT_PLAIN : this.#value(at, 0);
  }

  #value(at: number, depth: number): unknown {
    if (depth > MAX_DEPTH) return NOT_PLAIN;
    const opening = this.#text[at];
    if (opening === "[") return this.#list(at, depth);
    if (opening === "{") return this.#mapping(at, depth);
    return this.#scalar(at);
  }

  #list(at: number, depth: number): unknown {
    const items: unknown[] = [];
    let next = this.#skipSpaces(at + 1);
    if (this.#text[next] === "]") return this.#close(items, next);
    for (;;) {
      this.#note?.(items, items.length, next);
      const value = this.#value(next, depth + 1);
      if (value === NOT_PLAIN) return NOT_PLAIN;
      items.push(value);
      next = this.#skipSpaces(this.end);
      if (this.#text[next] === "]") return this.#close(items, next);
      if (this.#text[next] !== ",") return NOT_PLAIN;
      next = this.#skipSpaces(next + 1);
    }
  }

  #mapping(at: number, depth: number): unknown {
    const members: Record<string, unknown> = {};
    let next = this.#skipSpaces(at + 1);
    if (this.#text[next] === "}") return this.#close(members, next);
    for (;;) {
      const start = next;
      const quoted = this.#text[next] === '"';
      const key = quoted ? readQuoted(this.#text, next, this.#lineEnd) : this.#bareKey(next);
      if (key === undefined || key.value === "__proto__" || key.value === "<<" || Object.hasOwn(members, key.value)) {
        return NOT_PLAIN;
      }
      if (this.#text[key.end] !== ":" || this.#text[key.end + 1] !== " ") return NOT_PLAIN;
      this.#note?.(members, key.value, start);
      const value = this.#value(this.#skipSpaces(key.end + 1), depth + 1);
      if (value === NOT_PLAIN) return NOT_PLAIN;
      members[key.value] = value;
      next = this.#skipSpaces(this.end);
      if (this.#text[next] === "}") return this.#close(members, next);
      if (this.#text[next] !== ",") return NOT_PLAIN;
      next = this.#skipSpaces(next + 1);
    }
  }

  #bareKey(at: number): { value: string; end: number } | undefined {
    const key = this.#bare(at);
    return key === undefined || key.includes(" ") ? undefined : { value: key, end: at + key.length };
  }

  #scalar(at: number): unknown {
    const first = this.#text[at];
    if (first === '"' || first === "'") {
      const quoted = readQuoted(this.#text, at, this.#lineEnd);
      if (quoted === undefined) return NOT_PLAIN;
      this.end = quoted.end;
      return quoted.value;
    }
    const source = this.#bare(at)?.trimEnd();
    if (source === undefined || !isPlainScalar(source)) return NOT_PLAIN;
    this.end = at + source.length;
    return resolvePlainScalar(source);
  }

  #bare(at: number): string | undefined {
    BARE.lastIndex = at;
    return BARE.exec(this.#text)?.[0];
  }

  #close<T>(value: T, at: number): T {
    this.end = at + 1;
    return value;
  }

  #skipSpaces(at: number): number {
    let next = at;
    while (this.#text.charCodeAt(next) === 0x20) next++;
    return next;
  }
}
