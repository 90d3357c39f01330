import type { FieldPath } from "../../finding/field-path.ts";

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /[^\s,\]}]*/y;
const QUOTE = 0x22;
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Finds fields in a JSON text that JSON.parse has accepted. It walks over the text from the last list it passed, so that
 * asking for the items of a long list one after the other costs the length of the text once.
 */
export class JsonOffsets {
  readonly #text: string;
  #list: { readonly key: string; index: number; offset: number } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Offset of the deepest part of `path` that exists: a member at its key, an item at its value. */
  of(path: FieldPath): number {
    let at = this.#space(0);
    let found = at;
    for (const [depth, step] of path.entries()) {
      const next = typeof step === "number" ? this.#item(at, step, path, depth) : this.#member(at, step);
      if (next === undefined) break;
      found = next.found;
      at = next.value;
    }
    return found;
  }

  #member(object: number, name: string): { found: number; value: number } | undefined {
    if (this.#text[object] !== "{") return undefined;
    let at = this.#space(object + 1);
    let last: { found: number; value: number } | undefined;
    while (this.#text[at] === '"') {
      const end = this.#stringEnd(at);
      const value = this.#space(this.#space(end) + 1);
      if (JSON.parse(this.#text.slice(at, end)) === name) last = { found: at, value };
      at = this.#space(this.#valueEnd(value));
      if (this.#text[at] === ",") at = this.#space(at + 1);
    }
    return last;
  }

  #item(list: number, wanted: number, path: FieldPath, depth: number): { found: number; value: number } | undefined {
    if (this.#text[list] !== "[") return undefined;
    const key = JSON.stringify(path.slice(0, depth));
    let index = 0;
    let at = this.#space(list + 1);
    if (depth <= 1 && this.#list?.key === key && this.#list.index <= wanted) ({ index, offset: at } = this.#list);
    for (; index < wanted; index++) {
      if (this.#text[at] === "]" || this.#text[at] === undefined) return undefined;
      at = this.#space(this.#valueEnd(at));
      if (this.#text[at] === ",") at = this.#space(at + 1);
    }
    if (this.#text[at] === "]") return undefined;
    if (depth <= 1) this.#list = { key, index, offset: at };
    return { found: at, value: at };
  }

  #valueEnd(start: number): number {
    const first = this.#text.charCodeAt(start);
    if (first === QUOTE) return this.#stringEnd(start);
    if (first !== BRACE && first !== BRACKET) {
      SCALAR.lastIndex = start;
      SCALAR.exec(this.#text);
      return SCALAR.lastIndex;
    }
    let depth = 0;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) at = this.#stringEnd(at) - 1;
      else if (code === BRACE || code === BRACKET) depth++;
      else if ((code === BRACE_END || code === BRACKET_END) && --depth === 0) return at + 1;
    }
    return this.#text.length;
  }

  #stringEnd(start: number): number {
    let close = this.#text.indexOf('"', start + 1);
    while (close !== -1 && this.#escaped(close)) close = this.#text.indexOf('"', close + 1);
    return close === -1 ? this.#text.length : close + 1;
  }

  #escaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    return backslashes % 2 === 1;
  }

  #space(at: number): number {
    SPACE.lastIndex = at;
    SPACE.exec(this.#text);
    return SPACE.lastIndex;
  }
}
