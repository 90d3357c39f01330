import { caseVariants } from "./character-class.ts";
import { isNullable } from "./compile-program.ts";
import { charSource } from "./parse-class.ts";
import type { Place, RegexpNode } from "./regexp-node.ts";

/** `"ascii"`: a pattern for texts of ASCII alone, without flags. `"unicode"`: for the flag `v`. */
export type Alphabet = "ascii" | "unicode";

const PLACES: Readonly<Record<Place, string>> = {
  "text start": "^",
  "text end": "$",
  "line start": "(?<![^\\n])",
  "line end": "(?![^\\n])",
  // Outside of (?i:…), so that it means ASCII words as in RE2.
  "word edge": "\\b",
  "no word edge": "\\B",
};

/**
 * The source of a JavaScript pattern that finds what RE2 finds. Case is spelled out for ASCII and scoped to single classes
 * otherwise, so that neither flag nor folding of V8 decides. Patterns that `isFaithful` refuses must not be given.
 * Groups capture only where they are asked for.
 */
export function v8Source(node: RegexpNode, alphabet: Alphabet, captures: boolean): string {
  switch (node.kind) {
    case "char":
      return alphabet === "ascii" ? asciiSource(node) : unicodeSource(node);
    case "assert":
      return PLACES[node.place];
    case "sequence":
      return node.parts.map((part) => (part.kind === "choice" ? wrapped : v8Source)(part, alphabet, captures)).join("");
    case "choice":
      return node.options.map((option) => v8Source(option, alphabet, captures)).join("|");
    case "group":
      return `(${captures ? "" : "?:"}${v8Source(node.node, alphabet, captures)})`;
    default:
      return `${wrapped(node.node, alphabet, captures)}${countOf(node)}`;
  }
}

function wrapped(node: RegexpNode, alphabet: Alphabet, captures: boolean): string {
  const source = v8Source(node, alphabet, captures);
  return node.kind === "char" || node.kind === "group" ? source : `(?:${source})`;
}

function countOf({ min, max, lazy }: RegexpNode & { kind: "repeat" }): string {
  const question = lazy ? "?" : "";
  if (min === 0 && max === Number.POSITIVE_INFINITY) return `*${question}`;
  if (min === 1 && max === Number.POSITIVE_INFINITY) return `+${question}`;
  if (min === 0 && max === 1) return `?${question}`;
  if (min === max) return `{${min}}`;
  return `{${min},${max === Number.POSITIVE_INFINITY ? "" : max}}${question}`;
}

/** Without `(?i:…)`: V8 13 takes neighbours of such a group for folded too. The test decides about letters that have cases. */
function unicodeSource({ test, set }: RegexpNode & { kind: "char" }): string {
  if (!set.ignoreCase) return set.source;
  const known = foldedSources.get(set.source);
  if (known !== undefined) return known;
  const { literal } = set;
  const codes =
    literal === undefined ? cased() : [...new Set([literal, ...caseVariants(literal)])].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (const [first, last] of runsOf(codes.filter(test)))
    ranges.push(first === last ? charSource(first) : `${charSource(first)}-${charSource(last)}`);
  const source = literal === undefined ? `[[${set.source}--${CASED}]${ranges.join("")}]` : `[${ranges.join("")}]`;
  if (foldedSources.size >= MOST_FOLDED) foldedSources.clear();
  foldedSources.set(set.source, source);
  return source;
}

/** Many patterns share few classes, and folding one takes a while. */
const foldedSources = new Map<string, string>();
const MOST_FOLDED = 10_000;

const CASED = "\\p{Changes_When_Casemapped}";
const LAST_CASED = 0x1f000;
let casedCodes: readonly number[] | undefined;

/** All characters that have another case, in order. */
function cased(): readonly number[] {
  const pattern = new RegExp(CASED, "u");
  casedCodes ??= Array.from({ length: LAST_CASED }, (_, code) => code).filter((code) =>
    pattern.test(String.fromCodePoint(code)),
  );
  return casedCodes;
}

function runsOf(codes: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const code of codes) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === code - 1) run[1] = code;
    else runs.push([code, code]);
  }
  return runs;
}

function asciiSource({ test, set }: RegexpNode & { kind: "char" }): string {
  const { literal } = set;
  if (literal !== undefined && !(set.ignoreCase && isLetter(literal))) return literal > 0x7f ? "[]" : escaped(literal);
  if (literal !== undefined && literal <= 0x7f) return `[${String.fromCharCode(literal & 0x5f, literal | 0x20)}]`;
  const ranges: string[] = [];
  for (let code = 0; code <= 0x7f; code++) {
    if (!test(code)) continue;
    const low = code;
    while (code < 0x7f && test(code + 1)) code++;
    ranges.push(low === code ? escaped(low) : `${escaped(low)}-${escaped(code)}`);
  }
  return `[${ranges.join("")}]`;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  // Two letters beyond ASCII fold into it: the long s and the Kelvin sign.
  return (code <= 0x7f && lower >= 0x61 && lower <= 0x7a) || code === 0x17f || code === 0x212a;
}

function escaped(code: number): string {
  const char = String.fromCharCode(code);
  return /[A-Za-z0-9_ ]/.test(char) ? char : `\\x${code.toString(16).padStart(2, "0")}`;
}

/**
 * Whether V8 finds the same as RE2. It does not where a repetition may match nothing (JavaScript gives up such a round), and
 * its groups differ where one stands in a repetition (JavaScript forgets it with each round): those are asked for apart.
 */
export function isFaithful(node: RegexpNode): { readonly matches: boolean; readonly groups: boolean } {
  const faults = { empty: false, repeated: false };
  look(node, false, faults);
  return { matches: !faults.empty, groups: !faults.empty && !faults.repeated };
}

function look(node: RegexpNode, isRepeated: boolean, faults: { empty: boolean; repeated: boolean }): void {
  switch (node.kind) {
    case "sequence":
      for (const part of node.parts) look(part, isRepeated, faults);
      return;
    case "choice":
      for (const option of node.options) look(option, isRepeated, faults);
      return;
    case "group":
      if (isRepeated) faults.repeated = true;
      look(node.node, isRepeated, faults);
      return;
    case "repeat":
      if (isNullable(node.node)) faults.empty = true;
      look(node.node, isRepeated || node.max > 1, faults);
      return;
    default:
  }
}
