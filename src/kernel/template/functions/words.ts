import { isLetter, isNumber, isPunctuation, isSpaceRune, isUpper, toLower } from "../values/rune-class.ts";
import { bytesOfRune, RUNE_ERROR, runeAt } from "../values/utf8.ts";

type WordKind = "number" | "upper" | "letters" | "connector" | "punctuation" | "other" | "none";

/** A character with the bytes in front of it that are no UTF-8: they belong to its word. At the end they stand alone (junk < 0). */
interface Unit {
  readonly rune: number;
  readonly bytes: string;
  readonly junk: number;
}

interface Word {
  readonly kind: WordKind;
  readonly units: readonly Unit[];
}

const isConnector = (rune: number): boolean => rune === 0x2d || rune === 0x5f || isSpaceRune(rune);
const isLowerWord = (rune: number): boolean => isLetter(rune) && !isUpper(rune);

/** The words that snakecase and kebabcase see. */
export function splitWords(text: string): Word[] {
  const units = unitsOf(text);
  const runes = units.map(({ rune }) => rune);
  const words: Word[] = [];
  for (let at = 0; at < runes.length; ) {
    const { kind, end } = runes[at] === RUNE_ERROR ? { kind: "none" as const, end: runes.length } : wordAt(runes, at);
    words.push({ kind, units: units.slice(at, end) });
    at = end;
  }
  return words;
}

function unitsOf(text: string): Unit[] {
  const units: Unit[] = [];
  let from = 0;
  let junk = 0;
  for (let at = 0; at < text.length; ) {
    const { rune, size } = runeAt(text, at);
    at += size;
    if (rune === RUNE_ERROR) {
      junk++;
      continue;
    }
    units.push({ rune, bytes: text.slice(from, at), junk });
    from = at;
    junk = 0;
  }
  if (junk > 0) units.push({ rune: units.at(-1)?.rune ?? RUNE_ERROR, bytes: text.slice(from), junk: -junk });
  return units;
}

function wordAt(runes: readonly number[], at: number): { kind: WordKind; end: number } {
  const first = runes[at] ?? 0;
  const whileTrue = (from: number, test: (rune: number) => boolean): number => {
    let end = from;
    while (end < runes.length && test(runes[end] ?? 0)) end++;
    return end;
  };
  if (isConnector(first)) return { kind: "connector", end: whileTrue(at, isConnector) };
  if (isPunctuation(first)) return { kind: "punctuation", end: whileTrue(at, isPunctuation) };
  if (isUpper(first)) return { kind: "upper", end: upperEnd(runes, at, whileTrue) };
  if (isLetter(first)) return { kind: "letters", end: whileTrue(at, isLowerWord) };
  if (isNumber(first)) return { kind: "number", end: whileTrue(at, isNumber) };
  const isOther = (rune: number): boolean =>
    !isConnector(rune) && !isLetter(rune) && !isNumber(rune) && !isPunctuation(rune);
  return { kind: "other", end: whileTrue(at, isOther) };
}

/** `Word`, or the capitals of `HTTPServer` up to the last, which begins the next word. */
function upperEnd(
  runes: readonly number[],
  at: number,
  whileTrue: (from: number, test: (rune: number) => boolean) => number,
): number {
  const second = runes[at + 1];
  if (second === undefined) return at + 1;
  if (isUpper(second)) {
    const end = whileTrue(at + 1, isUpper);
    return end < runes.length && isLetter(runes[end] ?? 0) ? end - 1 : end;
  }
  return isLetter(second) ? whileTrue(at + 1, isLowerWord) : at + 1;
}

/**
 * The words in lower case with a connector where one word meets another. A number clings to the letters before it, or to
 * those behind it when lower-case letters follow.
 */
export function joinWords(words: readonly Word[], connector: string): string {
  let at = 0;
  let out = "";
  const next = (): Word => words[at++] ?? { kind: "none", units: [] };
  const write = ({ kind, units }: Word): void => {
    for (const { rune, bytes, junk } of units) {
      if (kind !== "connector" && kind !== "upper") out += bytes;
      else {
        out += bytesOfRune(RUNE_ERROR).repeat(Math.abs(junk));
        if (junk >= 0) out += kind === "connector" ? connector : bytesOfRune(toLower(rune));
      }
    }
  };
  const writeRun = (from: Word): Word => {
    let word = from;
    while (word.kind === "letters" || word.kind === "number") {
      write(word);
      word = next();
    }
    return word;
  };
  const separates = ({ kind }: Word): boolean => kind !== "none" && kind !== "punctuation" && kind !== "connector";
  let word = next();
  while (at < words.length) {
    if (word.kind !== "connector") write(word);
    const previous = word;
    word = next();
    if (previous.kind === "number") {
      word = writeRun(word);
      if (separates(word)) out += connector;
    } else if (previous.kind === "connector") write(previous);
    else if (previous.kind !== "punctuation") {
      if (word.kind !== "number") {
        if (word.kind !== "connector" && word.kind !== "punctuation") out += connector;
      } else if (at < words.length) {
        const number = word;
        word = next();
        if (word.kind === "letters") {
          out += connector;
          write(number);
          word = writeRun(word);
          if (separates(word)) out += connector;
        } else {
          write(number);
          if (word.kind !== "connector" && word.kind !== "punctuation") out += connector;
        }
      }
    }
  }
  write(word);
  return out;
}
