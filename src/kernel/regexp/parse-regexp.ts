import { type CharTest, ignoringCase, WORD } from "./character-class.ts";
import { charSource, parseClass, parseEscapedChar, parseNamedClass } from "./parse-class.ts";
import { PatternReader } from "./pattern-reader.ts";
import type { Assertion, Place, RegexpNode } from "./regexp-node.ts";

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
}

const DEEPEST = 200;
const MOST_REPEATS = 1_000;
const REPETITION = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

export interface ParsedRegexp {
  readonly node: RegexpNode;
  /** How many groups capture. */
  readonly groups: number;
  /** Their names, where they have one. */
  readonly names: readonly (string | undefined)[];
}

/** RE2's syntax (https://github.com/google/re2/wiki/Syntax). Throws SyntaxError. */
export function parseRegexp(pattern: string): ParsedRegexp {
  const reader = new PatternReader(pattern);
  const { node } = parseChoice(reader, { ignoreCase: false, multiLine: false, dotAll: false, swapGreed: false }, 0);
  if (!reader.atEnd) throw new SyntaxError("a closing bracket too many");
  return { node, groups: reader.groups, names: reader.names };
}

function parseChoice(reader: PatternReader, given: Flags, depth: number): { node: RegexpNode } {
  if (depth > DEEPEST) throw new SyntaxError("too many brackets in brackets");
  let flags = given;
  const options: RegexpNode[] = [];
  let parts: RegexpNode[] = [];
  while (!reader.atEnd && reader.peek() !== ")") {
    if (reader.take("|")) {
      options.push({ kind: "sequence", parts });
      parts = [];
      continue;
    }
    const changed = flagsOnly(reader, flags);
    if (changed !== undefined) {
      // Go would repeat what stands before the flags.
      if (REPETITION.test(reader.rest())) throw new SyntaxError("there is nothing to repeat");
      flags = changed;
      continue;
    }
    if (reader.takeMatch(/^\\Q/) !== undefined) {
      const [text = ""] = reader.takeMatch(/^(?:(?!\\E).)*/s) ?? [];
      reader.takeMatch(/^\\E/);
      const literals = Array.from(text, (char) => literal(char.codePointAt(0) ?? 0, flags));
      const last = literals.pop();
      parts.push(...literals, ...(last === undefined ? [] : [parseRepeats(reader, last, flags)]));
      continue;
    }
    parts.push(parseRepeats(reader, parseAtom(reader, flags, depth), flags));
  }
  options.push({ kind: "sequence", parts });
  return { node: options.length === 1 && options[0] !== undefined ? options[0] : { kind: "choice", options } };
}

/** `(?i)`: flags for the rest of the group. */
function flagsOnly(reader: PatternReader, flags: Flags): Flags | undefined {
  const found = reader.takeMatch(/^\(\?([imsU]*(?:-[imsU]+)?)\)/);
  if (found?.[1] === undefined || found[1] === "") {
    if (found !== undefined) throw new SyntaxError("a flag is missing");
    return undefined;
  }
  return withFlags(flags, found[1]);
}

function withFlags(flags: Flags, text: string): Flags {
  const [on = "", off = ""] = text.split("-");
  const is = (letter: string, before: boolean): boolean => (before || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: is("i", flags.ignoreCase),
    multiLine: is("m", flags.multiLine),
    dotAll: is("s", flags.dotAll),
    swapGreed: is("U", flags.swapGreed),
  };
}

function parseAtom(reader: PatternReader, flags: Flags, depth: number): RegexpNode {
  const group = reader.takeMatch(/^\((?:\?(?:P?<([A-Za-z0-9_]+)>|([imsU]*(?:-[imsU]+)?):))?/);
  if (group !== undefined) {
    if (reader.peek() === "?") throw new SyntaxError("this kind of group is not supported");
    const index = group[2] === undefined ? reader.openGroup(group[1]) : undefined;
    const { node } = parseChoice(reader, group[2] === undefined ? flags : withFlags(flags, group[2]), depth + 1);
    if (!reader.take(")")) throw new SyntaxError("a bracket is not closed");
    return index === undefined ? node : { kind: "group", node, index };
  }
  if (REPETITION.test(reader.rest())) throw new SyntaxError("there is nothing to repeat");
  const char = reader.next();
  switch (char) {
    case ".":
      return flags.dotAll
        ? { kind: "char", test: () => true, set: { ignoreCase: false, source: "[^]" } }
        : { kind: "char", test: (code) => code !== 0x0a, set: { ignoreCase: false, source: "[^\\n]" } };
    case "^":
      return assertion(flags.multiLine ? "line start" : "text start");
    case "$":
      return assertion(flags.multiLine ? "line end" : "text end");
    case "[":
      return { kind: "char", ...parseClass(reader, flags.ignoreCase) };
    case "\\":
      return parseEscape(reader, flags);
    default:
      return literal(char.codePointAt(0) ?? 0, flags);
  }
}

function parseEscape(reader: PatternReader, flags: Flags): RegexpNode {
  const letter = reader.peek();
  const place: Readonly<Record<string, Place>> = { A: "text start", z: "text end", b: "word edge", B: "no word edge" };
  const at = Object.hasOwn(place, letter) ? place[letter] : undefined;
  if (at !== undefined) {
    reader.next();
    return assertion(at);
  }
  const set = parseNamedClass(reader, flags.ignoreCase);
  return set === undefined ? literal(parseEscapedChar(reader), flags) : { kind: "char", ...set };
}

function parseRepeats(reader: PatternReader, node: RegexpNode, flags: Flags): RegexpNode {
  const found = reader.takeMatch(/^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\??)/);
  if (found === undefined) return node;
  if (REPETITION.test(reader.rest())) throw new SyntaxError("a repetition is repeated");
  const [, sign, low, comma, high, question] = found;
  const min = sign === undefined ? Number(low) : sign === "+" ? 1 : 0;
  const max =
    sign === undefined
      ? comma === undefined
        ? min
        : high
          ? Number(high)
          : Number.POSITIVE_INFINITY
      : sign === "?"
        ? 1
        : Number.POSITIVE_INFINITY;
  if (min > MOST_REPEATS || (Number.isFinite(max) && (max > MOST_REPEATS || max < min)))
    throw new SyntaxError("a repetition has an impossible count");
  return { kind: "repeat", node, min, max, lazy: (question === "?") !== flags.swapGreed };
}

const isWord = (code: number | undefined): boolean => code !== undefined && WORD(code);
const PLACES: Readonly<Record<Place, Assertion>> = {
  "text start": (before) => before === undefined,
  "text end": (_, behind) => behind === undefined,
  "line start": (before) => before === undefined || before === 0x0a,
  "line end": (_, behind) => behind === undefined || behind === 0x0a,
  "word edge": (before, behind) => isWord(before) !== isWord(behind),
  "no word edge": (before, behind) => isWord(before) === isWord(behind),
};

function assertion(place: Place): RegexpNode {
  return { kind: "assert", holds: PLACES[place], place };
}

function literal(wanted: number, { ignoreCase }: Flags): RegexpNode {
  const test: CharTest = (code) => code === wanted;
  return {
    kind: "char",
    test: ignoreCase ? ignoringCase(test) : test,
    set: { literal: wanted, ignoreCase, source: `[${charSource(wanted)}]` },
  };
}
