/** Go's unicode.IsSpace. */
export function isSpaceRune(rune: number): boolean {
  if (rune < 0x80) return rune === 0x20 || (rune >= 9 && rune <= 13);
  return rune === 0x85 || /^\p{White_Space}$/u.test(String.fromCodePoint(rune));
}

const is =
  (property: RegExp) =>
  (rune: number): boolean =>
    property.test(String.fromCodePoint(rune));

export const isLetter = is(/^\p{L}$/u);
export const isDigit = is(/^\p{Nd}$/u);
export const isNumber = is(/^\p{N}$/u);
export const isPunctuation = is(/^\p{P}$/u);
export const isUpper = is(/^\p{Lu}$/u);
export const isLower = is(/^\p{Ll}$/u);
export const isTitle = is(/^\p{Lt}$/u);

/** Unicode's mapping of one character to one, as Go's unicode.ToUpper; JavaScript's also knows those of one to several. */
export function toUpper(rune: number): number {
  return single(String.fromCodePoint(rune).toUpperCase(), rune);
}

export function toLower(rune: number): number {
  return rune === 0x130 ? 0x69 : single(String.fromCodePoint(rune).toLowerCase(), rune);
}

/** The four letters of two, such as Ǆ, have a form of their own for the beginning of a word. */
export function toTitle(rune: number): number {
  if (rune >= 0x1c4 && rune <= 0x1cc) return [0x1c5, 0x1c8, 0x1cb][Math.floor((rune - 0x1c4) / 3)] ?? rune;
  if (rune >= 0x1f1 && rune <= 0x1f3) return 0x1f2;
  return toUpper(rune);
}

function single(mapped: string, rune: number): number {
  const [first = "", ...more] = mapped;
  return more.length > 0 ? rune : (first.codePointAt(0) ?? rune);
}
