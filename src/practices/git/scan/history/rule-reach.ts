import { parseRegexp } from "../../../../kernel/regexp/parse-regexp.ts";
import type { RegexpNode } from "../../../../kernel/regexp/regexp-node.ts";

/** What a pattern's form tells about where its matches lie. */
export interface Reach {
  /** Whether each match contains one of the keywords. */
  readonly contained: boolean;
  /** Line breaks that a match may span; Infinity where there is no bound. */
  readonly lineBreaks: number;
  /** Words of which each match contains one, in lower case; undefined where there are none, or none this rare. */
  readonly ownWords: (atLeast: number) => readonly string[] | undefined;
  /** The rarer of those and the keywords. */
  readonly rareWords: readonly string[];
}

const NEWLINE = 0x0a;
const MOST_BLANK = 2;
const PRINTABLE = Array.from({ length: 0x7f - 0x21 }, (_, index) => 0x21 + index);
const MOST_TEXTS = 24;
const MOST_CHARS = 8;

/** Pure. */
export function reachOf(source: string, keywords: readonly string[]): Reach {
  const { node } = parseRegexp(source);
  const own = bestWords(node, rarity);
  return {
    rareWords: own.length > 0 && rarity(own) >= rarity(keywords) ? [...new Set(own)] : keywords,
    contained: keywords.length > 0 && containsOne(node, keywords),
    lineBreaks: lineBreaksOf(node),
    ownWords: (atLeast) => {
      return own.length === 0 || rarity(own) < atLeast ? undefined : [...new Set(own)];
    },
  };
}

function lineBreaksOf(node: RegexpNode): number {
  switch (node.kind) {
    case "char":
      return node.test(NEWLINE) ? 1 : 0;
    case "assert":
      return 0;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + lineBreaksOf(part), 0);
    case "choice":
      return node.options.reduce((most, option) => Math.max(most, lineBreaksOf(option)), 0);
    case "group":
      return lineBreaksOf(node.node);
    case "repeat": {
      const once = lineBreaksOf(node.node);
      if (once === 0) return 0;
      // White space alone runs through blank lines, which do not count.
      return isWhiteSpace(node.node) ? Math.min(node.max, MOST_BLANK) : once * node.max;
    }
  }
}

function isWhiteSpace(node: RegexpNode): boolean {
  return node.kind === "char" && !PRINTABLE.some((code) => node.test(code));
}

function containsOne(node: RegexpNode, words: readonly string[]): boolean {
  const isGood = (texts: readonly string[]): number =>
    texts.every((text) => words.some((word) => text.includes(word))) ? 1 : 0;
  return bestWords(node, isGood).length > 0;
}

type Score = (texts: readonly string[]) => number;

/** The list of texts with the best score of which each match contains one; empty where none has a score. */
function bestWords(node: RegexpNode, score: Score): readonly string[] {
  return requiredTexts(node, score).reduce<readonly string[]>(
    (best, texts) => (score(texts) > (best.length === 0 ? 0 : score(best)) ? texts : best),
    [],
  );
}

/** Long words and odd characters are rare; a list is as rare as its commonest word. */
function rarity(words: readonly string[]): number {
  if (words.length === 0) return 0;
  return Math.min(...words.map((word) => rare(word, /[a-z0-9]/g) + 2 * rare(word, /[^a-z0-9\s]/g)));
}

function rare(word: string, chars: RegExp): number {
  return word.match(chars)?.length ?? 0;
}

/** Lists of texts; of each list every match contains one. */
function requiredTexts(node: RegexpNode, score: Score): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  let run: readonly string[] = [""];
  const end = (): void => {
    if (run.every((text) => text !== "")) found.push(run);
    run = [""];
  };
  const visit = (one: RegexpNode): void => {
    const texts = exactTexts(one);
    if (texts !== undefined && texts.length * run.length <= MOST_TEXTS) {
      run = run.flatMap((text) => texts.map((next) => text + next));
      return;
    }
    end();
    if (texts !== undefined && texts.length <= MOST_TEXTS) run = texts;
    else if (one.kind === "group") visit(one.node);
    else if (one.kind === "sequence") for (const part of one.parts) visit(part);
    else if (one.kind === "repeat" && one.min > 0) {
      visit(one.node);
      end();
    } else if (one.kind === "choice") {
      const lists = one.options.map((option) => bestWords(option, score));
      if (lists.every((list) => list.length > 0) && lists.flat().length <= MOST_TEXTS) found.push(lists.flat());
    }
  };
  visit(node);
  end();
  return found;
}

/** All texts that a node takes, in lower case, where they are few. */
function exactTexts(node: RegexpNode): readonly string[] | undefined {
  switch (node.kind) {
    case "char": {
      const { literal } = node.set;
      if (literal !== undefined) return literal < 128 ? [String.fromCharCode(literal).toLowerCase()] : undefined;
      if (node.test(NEWLINE)) return undefined;
      const texts = new Set<string>();
      for (let code = 0; code < 128; code++) {
        if (node.test(code)) texts.add(String.fromCharCode(code).toLowerCase());
        if (texts.size > MOST_CHARS) return undefined;
      }
      return texts.size === 0 ? undefined : [...texts];
    }
    case "assert":
      return [""];
    case "group":
      return exactTexts(node.node);
    case "sequence":
      return node.parts.reduce<readonly string[] | undefined>(
        (all, part) => {
          const texts = all === undefined ? undefined : exactTexts(part);
          if (all === undefined || texts === undefined || all.length * texts.length > MOST_TEXTS) return undefined;
          return all.flatMap((text) => texts.map((next) => text + next));
        },
        [""],
      );
    case "choice": {
      const all = node.options.map(exactTexts);
      const texts = all.flatMap((list) => list ?? []);
      return all.includes(undefined) || texts.length > MOST_TEXTS ? undefined : [...new Set(texts)];
    }
    case "repeat":
      if (node.min === 1 && node.max === 1) return exactTexts(node.node);
      if (node.min === 0 && node.max === 1) {
        const texts = exactTexts(node.node);
        return texts === undefined ? undefined : ["", ...texts];
      }
      return undefined;
  }
}
