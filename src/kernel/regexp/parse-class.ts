import { type CharTest, ignoringCase, not, PERL, POSIX, unicodeClass, unicodeSource } from "./character-class.ts";
import type { PatternReader } from "./pattern-reader.ts";
import type { CharSet } from "./regexp-node.ts";

/** Some characters: for the linear engine as a test, for V8's as a source. */
export interface CharClass {
  readonly test: CharTest;
  readonly set: CharSet;
}

/** `[a-z\d[:punct:]]` behind its opening bracket. Case is ignored before anything is negated. */
export function parseClass(reader: PatternReader, ignoreCase: boolean): CharClass {
  const isNegated = reader.take("^");
  const tests: CharTest[] = [];
  const sources: string[] = [];
  for (let first = true; first || !reader.take("]"); first = false) {
    const set = parseSet(reader, ignoreCase);
    if (set !== undefined) {
      tests.push(set.test);
      sources.push(set.set.source);
      continue;
    }
    const low = parseClassChar(reader);
    const isRange = reader.takeMatch(/^-(?!\])/) !== undefined;
    const high = isRange ? parseClassChar(reader) : low;
    if (high < low) throw new SyntaxError("a range runs backwards");
    tests.push(folded((code) => code >= low && code <= high, ignoreCase));
    sources.push(`${charSource(low)}-${charSource(high)}`);
  }
  const any: CharTest = (code) => tests.some((test) => test(code));
  const source = `[${isNegated ? "^" : ""}${sources.join("")}]`;
  return { test: isNegated ? not(any) : any, set: { ignoreCase, source } };
}

/** A character in a class of JavaScript's with the flag `v`. */
export function charSource(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

function folded(test: CharTest, ignoreCase: boolean): CharTest {
  return ignoreCase ? ignoringCase(test) : test;
}

/** A class with or without regard to case, and then perhaps its opposite. */
function named(test: CharTest, source: string, isNegated: boolean, ignoreCase: boolean): CharClass {
  const any = folded(test, ignoreCase);
  return {
    test: isNegated ? not(any) : any,
    set: { ignoreCase, source: `[${isNegated ? "^" : ""}${source}]` },
  };
}

function parseSet(reader: PatternReader, ignoreCase: boolean): CharClass | undefined {
  const posix = reader.takeMatch(/^\[:(\^?)([a-z]+):\]/);
  if (posix !== undefined) {
    const known = Object.hasOwn(POSIX, posix[2] ?? "") ? POSIX[posix[2] ?? ""] : undefined;
    if (known === undefined) throw new SyntaxError("a class of characters is unknown");
    return named(known.test, known.source, posix[1] === "^", ignoreCase);
  }
  return /^\\[dwsDWSpP]/.test(reader.rest()) && reader.take("\\") ? parseNamedClass(reader, ignoreCase) : undefined;
}

/** `\d`, `\W`, `\pL`, `\p{Greek}`, `\P{^Lu}` behind the backslash; undefined when it is something else. */
export function parseNamedClass(reader: PatternReader, ignoreCase: boolean): CharClass | undefined {
  const perl = reader.takeMatch(/^[dwsDWS]/);
  if (perl !== undefined) {
    const letter = perl[0].toLowerCase();
    const known = PERL[letter];
    if (known === undefined) return undefined;
    return named(known.test, known.source, letter !== perl[0], ignoreCase);
  }
  const found = reader.takeMatch(/^([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Za-z]))/);
  if (found === undefined) return undefined;
  const name = found[3] ?? found[4] ?? "";
  const test = unicodeClass(name);
  if (test === undefined) throw new SyntaxError("a class of characters is unknown");
  return named(test, unicodeSource(name), (found[1] === "P") !== (found[2] === "^"), ignoreCase);
}

function parseClassChar(reader: PatternReader): number {
  if (reader.atEnd) throw new SyntaxError("a class is not closed");
  if (reader.take("\\")) return parseEscapedChar(reader);
  return reader.next().codePointAt(0) ?? 0;
}

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** One character behind a backslash: `\n`, `\x7F`, `\x{10FFFF}`, `\012`, or punctuation as it is. */
export function parseEscapedChar(reader: PatternReader): number {
  const hex = reader.takeMatch(/^x(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/);
  if (hex !== undefined) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
    if (code > 0x10ffff) throw new SyntaxError("there is no such character");
    return code;
  }
  const octal = reader.takeMatch(/^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/);
  if (octal !== undefined) return Number.parseInt(octal[0], 8);
  const char = reader.next();
  if (Object.hasOwn(CONTROL, char)) return CONTROL[char] ?? 0;
  if (/^[A-Za-z0-9]$/.test(char) || (char.codePointAt(0) ?? 0) > 0x7f)
    throw new SyntaxError("a backslash stands before a character that it means nothing for");
  return char.codePointAt(0) ?? 0;
}
