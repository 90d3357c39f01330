import { runesOf } from "../values/utf8.ts";
import { resolvesToText } from "./resolves-to-text.ts";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

const isSpace = (rune: number | undefined): boolean => rune === 0x20;
export const isBreak = (rune: number | undefined): boolean =>
  rune === 0x0a || rune === 0x0d || rune === 0x85 || rune === 0x2028 || rune === 0x2029;
const isBlankOrEnd = (rune: number | undefined): boolean =>
  rune === undefined || rune === 0x20 || rune === 0x09 || isBreak(rune);

/** What libyaml prints as it is: characters beyond the basic plane are none of them. */
export function isPrintable(rune: number): boolean {
  if (rune === 0x0a || (rune >= 0x20 && rune <= 0x7e)) return true;
  return rune >= 0xa0 && rune <= 0xfffd && rune !== 0xfeff && (rune < 0xd800 || rune > 0xdfff);
}

/** How libyaml writes a text in a block: as it is where that is safe, else in quotes. `isKey`: on one line. */
export function scalarStyle(text: string, isKey: boolean): ScalarStyle {
  if (text === "") return "double";
  const facts = factsOf(runesOf(text));
  if (text.includes("\n")) return facts.allowsLiteral && !isKey ? "literal" : "double";
  if (!resolvesToText(text)) return "double";
  if (facts.allowsPlain) return "plain";
  return facts.allowsSingle ? "single" : "double";
}

interface Facts {
  readonly allowsPlain: boolean;
  readonly allowsSingle: boolean;
  readonly allowsLiteral: boolean;
}

const ALWAYS_FIRST = new Set(Array.from("#,[]{}&*!|>'\"%@`", (char) => char.charCodeAt(0)));

function factsOf(runes: readonly number[]): Facts {
  let hasIndicator = /^(?:---|\.\.\.)/.test(String.fromCharCode(...runes.slice(0, 3)));
  let [isSpecial, hasBreaks, spaceThenBreak, breakThenSpace] = [false, false, false, false];
  for (const [index, rune] of runes.entries()) {
    const [before, behind] = [runes[index - 1], runes[index + 1]];
    if (index === 0) {
      hasIndicator ||=
        ALWAYS_FIRST.has(rune) || ((rune === 0x3f || rune === 0x3a || rune === 0x2d) && isBlankOrEnd(behind));
    } else if ((rune === 0x3a && isBlankOrEnd(behind)) || (rune === 0x23 && isBlankOrEnd(before))) hasIndicator = true;
    if (!isPrintable(rune) && !isBreak(rune)) isSpecial = true;
    if (isBreak(rune)) {
      hasBreaks = true;
      spaceThenBreak ||= isSpace(before);
    } else if (isSpace(rune)) breakThenSpace ||= isBreak(before);
    if (!isPrintable(rune)) isSpecial = true;
  }
  const [first, last] = [runes[0], runes.at(-1)];
  const isPadded = isSpace(first) || isBreak(first) || isSpace(last) || isBreak(last);
  const broken = spaceThenBreak || isSpecial;
  return {
    allowsPlain: !hasIndicator && !isPadded && !hasBreaks && !broken && !breakThenSpace,
    allowsSingle: !broken && !breakThenSpace,
    allowsLiteral: !broken && !isSpace(last),
  };
}
