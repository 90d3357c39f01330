import type { FieldPath } from "../../finding/field-path.ts";

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /[^\s,\]}]*/y;
const QUOTE = 0x22;
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where the members or items of one object or list stand. */
interface Container {
  readonly offset: number;
  readonly members: ReadonlyMap<string, number>;
  readonly items: readonly number[];
}

/**
 * Finds fields in a JSON text that JSON.parse has accepted. The containers along the last path are remembered: asking for
 * fields in their order, as whoever walks over the objects does, costs the text's length once for each level of nesting.
 */
export class JsonOffsets {
  readonly #text: string;
  /** By depth. */
  readonly #passed: Container[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Offset of the deepest part of `path` that exists: a member at its key, an item at its value. */
  of(path: FieldPath): number {
    let at = this.#space(0);
    let found = at;
    for (const [depth, step] of path.entries()) {
      const { members, items } = this.#container(depth, at);
      const next = typeof step === "number" ? items[step] : members.get(step);
      if (next === undefined) break;
      found = next;
      at = typeof step === "number" ? next : this.#memberValue(next);
    }
    return found;
  }

  #container(depth: number, offset: number): Container {
    const known = this.#passed[depth];
    if (known?.offset === offset) return known;
    const container = { offset, members: this.#membersOf(offset), items: this.#itemsOf(offset) };
    this.#passed[depth] = container;
    return container;
  }

  /** Of two members with one name the last counts, as it does for JSON.parse. */
  #membersOf(object: number): Map<string, number> {
    const members = new Map<string, number>();
    if (this.#text[object] !== "{") return members;
    let at = this.#space(object + 1);
    while (this.#text[at] === '"') {
      members.set(JSON.parse(this.#text.slice(at, stringEnd(this.#text, at))) as string, at);
      at = this.#space(this.#valueEnd(this.#memberValue(at)));
      if (this.#text[at] === ",") at = this.#space(at + 1);
    }
    return members;
  }

  #itemsOf(list: number): number[] {
    const items: number[] = [];
    if (this.#text[list] !== "[") return items;
    let at = this.#space(list + 1);
    while (at < this.#text.length && this.#text[at] !== "]") {
      items.push(at);
      at = this.#space(this.#valueEnd(at));
      if (this.#text[at] === ",") at = this.#space(at + 1);
    }
    return items;
  }

  #memberValue(key: number): number {
    return this.#space(this.#space(stringEnd(this.#text, key)) + 1);
  }

  #valueEnd(start: number): number {
    const first = this.#text.charCodeAt(start);
    if (first === QUOTE) return stringEnd(this.#text, start);
    if (first !== BRACE && first !== BRACKET) {
      SCALAR.lastIndex = start;
      SCALAR.exec(this.#text);
      return SCALAR.lastIndex;
    }
    let depth = 0;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) at = stringEnd(this.#text, at) - 1;
      else if (code === BRACE || code === BRACKET) depth++;
      else if ((code === BRACE_END || code === BRACKET_END) && --depth === 0) return at + 1;
    }
    return this.#text.length;
  }

  #space(at: number): number {
    SPACE.lastIndex = at;
    SPACE.exec(this.#text);
    return SPACE.lastIndex;
  }
}

/** Whether lists and objects in a JSON text that JSON.parse has accepted stand in one another deeper than `maxDepth`. */
export function nestsDeeper(text: string, maxDepth: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === BRACE || code === BRACKET) {
      if (++depth > maxDepth) return true;
    } else if (code === BRACE_END || code === BRACKET_END) depth--;
  }
  return false;
}

/** Behind the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let close = text.indexOf('"', start + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  return close === -1 ? text.length : close + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
