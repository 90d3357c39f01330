import { type CharTest, ignoringCase, not, PERL, POSIX, unicodeClass } from "./character-class.ts";
import type { PatternReader } from "./pattern-reader.ts";

/** `[a-z\d[:punct:]]` behind its opening bracket. Case is ignored before anything is negated. */
export function parseClass(reader: PatternReader, ignoreCase: boolean): CharTest {
  const isNegated = reader.take("^");
  const tests: CharTest[] = [];
  for (let first = true; first || !reader.take("]"); first = false) {
    const set = parseSet(reader, ignoreCase);
    if (set !== undefined) {
      tests.push(set);
      continue;
    }
    const low = parseClassChar(reader);
    const isRange = reader.takeMatch(/^-(?!\])/) !== undefined;
    const high = isRange ? parseClassChar(reader) : low;
    if (high < low) throw new SyntaxError("a range runs backwards");
    tests.push(named((code) => code >= low && code <= high, false, ignoreCase));
  }
  const any: CharTest = (code) => tests.some((test) => test(code));
  return isNegated ? not(any) : any;
}

/** A class with or without regard to case, and then perhaps its opposite. */
function named(test: CharTest, isNegated: boolean, ignoreCase: boolean): CharTest {
  const folded = ignoreCase ? ignoringCase(test) : test;
  return isNegated ? not(folded) : folded;
}

function parseSet(reader: PatternReader, ignoreCase: boolean): CharTest | undefined {
  const posix = reader.takeMatch(/^\[:(\^?)([a-z]+):\]/);
  if (posix !== undefined) {
    const test = Object.hasOwn(POSIX, posix[2] ?? "") ? POSIX[posix[2] ?? ""] : undefined;
    if (test === undefined) throw new SyntaxError("a class of characters is unknown");
    return named(test, posix[1] === "^", ignoreCase);
  }
  return /^\\[dwsDWSpP]/.test(reader.rest()) && reader.take("\\") ? parseNamedClass(reader, ignoreCase) : undefined;
}

/** `\d`, `\W`, `\pL`, `\p{Greek}`, `\P{^Lu}` behind the backslash; undefined when it is something else. */
export function parseNamedClass(reader: PatternReader, ignoreCase: boolean): CharTest | undefined {
  const perl = reader.takeMatch(/^[dwsDWS]/);
  if (perl !== undefined) {
    const letter = perl[0].toLowerCase();
    return named(PERL[letter] ?? (() => false), letter !== perl[0], ignoreCase);
  }
  const found = reader.takeMatch(/^([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Za-z]))/);
  if (found === undefined) return undefined;
  const test = unicodeClass(found[3] ?? found[4] ?? "");
  if (test === undefined) throw new SyntaxError("a class of characters is unknown");
  return named(test, (found[1] === "P") !== (found[2] === "^"), ignoreCase);
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
