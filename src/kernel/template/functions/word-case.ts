import {
  isDigit,
  isLetter,
  isLower,
  isSpaceRune,
  isTitle,
  isUpper,
  toLower,
  toTitle,
  toUpper,
} from "../values/rune-class.ts";
import { bytesOfRune, runesOf } from "../values/utf8.ts";
import { joinWords, splitWords } from "./words.ts";

const encode = (runes: readonly number[]): string => runes.map(bytesOfRune).join("");

/** Go's strings.Title: the first letter of each word; a word ends at whatever is no letter, digit or underscore. */
export function titleCase(text: string): string {
  let previous = 0x20;
  return encode(
    runesOf(text).map((rune) => {
      const begins = isSeparator(previous);
      previous = rune;
      return begins ? toTitle(rune) : rune;
    }),
  );
}

function isSeparator(rune: number): boolean {
  if (rune < 0x80) return !/\w/.test(String.fromCharCode(rune));
  return !isLetter(rune) && !isDigit(rune) && isSpaceRune(rune);
}

/** The first letter of each word in lower case; words end at spaces. */
export function untitle(text: string): string {
  let begins = true;
  return encode(
    runesOf(text).map((rune) => {
      if (isSpaceRune(rune)) {
        begins = true;
        return rune;
      }
      const mapped = begins ? toLower(rune) : rune;
      begins = false;
      return mapped;
    }),
  );
}

/** Upper case for lower and the other way round; a lower letter at the beginning of a word takes its title case. */
export function swapCase(text: string): string {
  let afterSpace = true;
  return encode(
    runesOf(text).map((rune) => {
      if (isUpper(rune) || isTitle(rune)) {
        afterSpace = false;
        return toLower(rune);
      }
      if (!isLower(rune)) {
        afterSpace = isSpaceRune(rune);
        return rune;
      }
      const mapped = afterSpace ? toTitle(rune) : toUpper(rune);
      afterSpace = false;
      return mapped;
    }),
  );
}

const isConnector = (rune: number): boolean => rune === 0x2d || rune === 0x5f || isSpaceRune(rune);

/**
 * PascalCase as sprig's camelcase makes it: connectors (`-`, `_`, spaces) between words go, those at the ends and all but one
 * of several in a row stay; a run of capitals after the first of a word becomes lower case.
 */
export function camelCase(text: string): string {
  const runes = runesOf(text);
  const first = runes.findIndex((rune) => !isConnector(rune));
  // As sprig has it.
  if (first === -1) return text + encode(runes.slice(-1));
  const out = runes.slice(0, first);
  let lowersCapitals = isUpper(runes[first] ?? 0);
  let last = toUpper(runes[first] ?? 0);
  for (const rune of runes.slice(first + 1)) {
    let present = rune;
    if (isConnector(rune) && isConnector(last)) out.push(last);
    else if (isConnector(last)) {
      lowersCapitals = isUpper(rune);
      present = toUpper(rune);
    } else {
      if (lowersCapitals && isUpper(rune)) present = toLower(rune);
      else lowersCapitals = false;
      out.push(last);
    }
    last = present;
  }
  return encode([...out, last]);
}

/** snake_case and kebab-case. */
export function separatedCase(text: string, connector: "_" | "-"): string {
  return text === "" ? "" : joinWords(splitWords(text), connector);
}
