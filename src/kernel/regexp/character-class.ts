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

/** A class by name: as a test, and as the inside of a JavaScript class with the flag `v`. */
export interface NamedClass {
  readonly test: CharTest;
  readonly source: string;
}

/** RE2's Perl classes: ASCII only, and `\s` without the vertical tab. */
export const PERL: Readonly<Record<string, NamedClass>> = {
  d: { test: DIGIT, source: "0-9" },
  w: { test: WORD, source: "0-9A-Za-z_" },
  s: { test: chars("\t\n\f\r "), source: "\\t\\n\\f\\r " },
};

const PUNCTUATION = range([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]);

export const POSIX: Readonly<Record<string, NamedClass>> = {
  alnum: { test: either(DIGIT, UPPER, LOWER), source: "0-9A-Za-z" },
  alpha: { test: either(UPPER, LOWER), source: "A-Za-z" },
  ascii: { test: range([0, 0x7f]), source: "\\0-\\x7f" },
  blank: { test: chars("\t "), source: "\\t " },
  cntrl: { test: range([0, 0x1f], [0x7f, 0x7f]), source: "\\0-\\x1f\\x7f" },
  digit: { test: DIGIT, source: "0-9" },
  graph: { test: range([0x21, 0x7e]), source: "\\x21-\\x7e" },
  lower: { test: LOWER, source: "a-z" },
  print: { test: range([0x20, 0x7e]), source: "\\x20-\\x7e" },
  punct: { test: PUNCTUATION, source: "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e" },
  space: { test: chars("\t\n\v\f\r "), source: "\\t\\n\\v\\f\\r " },
  upper: { test: UPPER, source: "A-Z" },
  word: { test: WORD, source: "0-9A-Za-z_" },
  xdigit: { test: either(DIGIT, range([0x41, 0x46], [0x61, 0x66])), source: "0-9A-Fa-f" },
};

/** A Unicode general category (`L`, `Lu`) or script (`Greek`); undefined for other names. */
export function unicodeClass(name: string): CharTest | undefined {
  if (name === "Any") return () => true;
  try {
    const pattern = new RegExp(`^${unicodeSource(name)}$`, "u");
    return (code) => pattern.test(String.fromCodePoint(code));
  } catch {
    return undefined;
  }
}

/** The same in JavaScript's words. */
export function unicodeSource(name: string): string {
  if (name === "Any") return "\\p{Any}";
  return `\\p{${/^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`}}`;
}

/** A class that also takes characters which differ from its own in case only. */
export function ignoringCase(test: CharTest): CharTest {
  return (code) => test(code) || caseVariants(code).some(test);
}

const variantsOf = new Map<number, readonly number[]>();
const MOST_VARIANTS = 10_000;

/** Characters that differ from this one in case only. */
export function caseVariants(code: number): readonly number[] {
  const known = variantsOf.get(code);
  if (known !== undefined) return known;
  const variants = findVariants(code);
  if (variantsOf.size < MOST_VARIANTS) variantsOf.set(code, variants);
  return variants;
}

function findVariants(code: number): number[] {
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
