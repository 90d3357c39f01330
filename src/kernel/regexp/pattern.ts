import { compileProgram, type Instruction } from "./compile-program.ts";
import { beginWithPrefix, type LazyPrefix, takeLazyPrefix } from "./lazy-prefix.ts";
import { type Places, searchLinear } from "./linear-search.ts";
import { type ParsedRegexp, parseRegexp } from "./parse-regexp.ts";
import { isFaithful, v8Source } from "./v8-source.ts";

export type { Places };

/** Which engine a search uses: V8's, or the linear one where V8's takes too long or would differ from RE2. */
export type Engine = "v8" | "linear";

/** The linear engine repeats a repetition's body; gitleaks' default rules need a third of this. */
const LARGEST_PROGRAM = 20_000;

/** V8's patterns for one alphabet. */
interface Translated {
  readonly whole: RegExp;
  /** With groups; undefined where JavaScript's would differ. */
  readonly grouped: RegExp | undefined;
  /** What `whole` leaves out at its beginning. */
  readonly prefix: LazyPrefix | undefined;
}

/**
 * An RE2 pattern (Go's syntax and meaning) that runs on V8's engine where that gives the same, else on the linear one.
 * Offsets are UTF-16 units. Bytes that are no UTF-8 should stand in the text as lone surrogates: each counts as a character.
 *
 * V8's engine backtracks: a hostile pattern, or a hostile text under a clumsy one, can hold it for ever. So give it time
 * limits from outside (`withinTime`) and ask again with the linear engine.
 */
export class Pattern {
  readonly source: string;
  #parsed: ParsedRegexp | undefined;
  #program: readonly Instruction[] | undefined;
  readonly #translated: { ascii?: Translated | undefined; unicode?: Translated | undefined } = {};

  /** Nothing is looked at before it is used; `check` throws what would be thrown then. */
  constructor(source: string) {
    this.source = source;
  }

  /** How many groups capture. */
  get groups(): number {
    return this.#parse().groups;
  }

  /** The names of the groups that capture, where they have one. */
  get names(): readonly (string | undefined)[] {
    return this.#parse().names;
  }

  /** Throws SyntaxError when the pattern is none, or too large. */
  check(): void {
    compileProgram(this.#parse().node, LARGEST_PROGRAM);
  }

  /** Whether `text` contains a match. */
  test(text: string, engine: Engine = "v8"): boolean {
    return this.search(text, 0, isAscii(text), engine) !== undefined;
  }

  /** Where the leftmost match at or behind `from` begins and ends. `ascii` says that the text is ASCII alone. */
  search(text: string, from: number, ascii: boolean, engine: Engine = "v8"): readonly [number, number] | undefined {
    const translated = engine === "v8" ? this.#translate(ascii) : undefined;
    if (translated === undefined) {
      const places = searchLinear(this.#compiled(), text, from, this.groups);
      return places === undefined ? undefined : [places[0] ?? 0, places[1] ?? 0];
    }
    const { whole, prefix } = translated;
    for (let start = from; ; ) {
      whole.lastIndex = start;
      const found = whole.exec(text);
      if (found === null) return undefined;
      if (!isInsidePair(text, found.index)) return [beginWithPrefix(text, found.index, from, prefix), whole.lastIndex];
      start = found.index + 1;
    }
  }

  /** The places of the first match at or behind `from`, and of its groups. */
  places(text: string, engine: Engine = "v8", from = 0): Places | undefined {
    const grouped = engine === "v8" ? this.#translate(isAscii(text))?.grouped : undefined;
    if (grouped === undefined) return searchLinear(this.#compiled(), text, from, this.groups);
    grouped.lastIndex = from;
    const found = grouped.exec(text);
    if (found !== null && isInsidePair(text, found.index))
      return searchLinear(this.#compiled(), text, from, this.groups);
    return found?.indices?.flatMap((place: readonly number[] | undefined) => place ?? [-1, -1]);
  }

  #parse(): ParsedRegexp {
    this.#parsed ??= parseRegexp(this.source);
    return this.#parsed;
  }

  #compiled(): readonly Instruction[] {
    this.#program ??= compileProgram(this.#parse().node, LARGEST_PROGRAM);
    return this.#program;
  }

  #translate(ascii: boolean): Translated | undefined {
    const alphabet = ascii ? "ascii" : "unicode";
    if (this.#translated[alphabet] !== undefined) return this.#translated[alphabet];
    const { node } = this.#parse();
    const faithful = isFaithful(node);
    if (!faithful.matches) return undefined;
    const flag = ascii ? "" : "v";
    const grouped = faithful.groups ? new RegExp(v8Source(node, alphabet, true), `dg${flag}`) : undefined;
    const { prefix, rest } = takeLazyPrefix(node, ascii);
    const translated = { whole: new RegExp(v8Source(rest, alphabet, false), `g${flag}`), grouped, prefix };
    this.#translated[alphabet] = translated;
    return translated;
  }
}

/** V8 looks for empty matches between the halves of a surrogate pair too, where there is no place. */
function isInsidePair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/** Whether all characters are ASCII. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- that is the question
  return /^[\0-\x7f]*$/.test(text);
}
