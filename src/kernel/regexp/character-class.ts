/** Whether a character, given as its code point, belongs to a class. */
export type CharTest = (code: number) => boolean;

const range =
  (...pairs: readonly (readonly [number, number])[]): CharTest =>
  (code) =>
    pairs.some(([low, high]) => code >= low && code <= high);
const chars = (text: string): CharTest => {
  const codes = new Set(Array.from(text, (char) => char.codePointAt(0)));
  return (code) => codes.has(code);
};
const either =
  (...tests: readonly CharTest[]): CharTest =>
  (code) =>
    tests.some((test) => test(code));
export const not =
  (test: CharTest): CharTest =>
  (code) =>
    !test(code);

const DIGIT = range([0x30, 0x39]);
const UPPER = range([0x41, 0x5a]);
const LOWER = range([0x61, 0x7a]);
export const WORD = either(DIGIT, UPPER, LOWER, chars("_"));

/** RE2's Perl classes: ASCII only, and `\s` without the vertical tab. */
export const PERL: Readonly<Record<string, CharTest>> = {
  d: DIGIT,
  w: WORD,
  s: chars("\t\n\f\r "),
};

const PUNCTUATION = range([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]);

export const POSIX: Readonly<Record<string, CharTest>> = {
  alnum: either(DIGIT, UPPER, LOWER),
  alpha: either(UPPER, LOWER),
  ascii: range([0, 0x7f]),
  blank: chars("\t "),
  cntrl: range([0, 0x1f], [0x7f, 0x7f]),
  digit: DIGIT,
  graph: range([0x21, 0x7e]),
  lower: LOWER,
  print: range([0x20, 0x7e]),
  punct: PUNCTUATION,
  space: chars("\t\n\v\f\r "),
  upper: UPPER,
  word: WORD,
  xdigit: either(DIGIT, range([0x41, 0x46], [0x61, 0x66])),
};

/** A Unicode general category (`L`, `Lu`) or script (`Greek`); undefined for other names. */
export function unicodeClass(name: string): CharTest | undefined {
  if (name === "Any") return () => true;
  const property = /^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`;
  try {
    const pattern = new RegExp(`^\\p{${property}}$`, "u");
    return (code) => pattern.test(String.fromCodePoint(code));
  } catch {
    return undefined;
  }
}

/** A class that also takes characters which differ from its own in case only. */
export function ignoringCase(test: CharTest): CharTest {
  return (code) => test(code) || caseVariants(code).some(test);
}

function caseVariants(code: number): number[] {
  const char = String.fromCodePoint(code);
  const variants = [
    char.toLowerCase(),
    char.toUpperCase(),
    char.toUpperCase().toLowerCase(),
    char.toLowerCase().toUpperCase(),
  ];
  // The two letters whose small form is ASCII: the long s, and the Kelvin sign.
  if (/s/i.test(char)) variants.push("\u017f");
  if (/k/i.test(char)) variants.push("\u212a");
  return variants.flatMap((one) => (Array.from(one).length === 1 ? [one.codePointAt(0) ?? code] : []));
}
