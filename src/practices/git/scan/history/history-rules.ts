import type { Allowlist, Rule, RuleSet } from "../rule.ts";
import { reachOf } from "./rule-reach.ts";

/** How far around a word a rule has to be asked. */
export interface Around {
  readonly isFar: boolean;
  /** Whether it is a word of a near rule, too. */
  readonly isNear: boolean;
  /** Bytes before and behind the word's line; only where it is far. */
  readonly bytes: number;
  /** The places of the far rules among those. */
  readonly rules: readonly number[];
}

/** The rules of a set, sorted by what has to be looked at for them. */
export interface HistoryRules {
  /** Matches lie within a few lines of a word. */
  readonly near: RuleSet;
  readonly far: RuleSet;
  /** Words in lower case, and how far each reaches. */
  readonly words: ReadonlyMap<string, Around>;
  /** Whether some rule has no word to look for. */
  readonly everyLine: boolean;
  /** Rules that look at files by their path, in whatever version. */
  readonly byPath: readonly Rule[];
  /** Ids of rules for which a finding is confirmed with the whole file, since what they ask for may be anywhere in it. */
  readonly wholeFile: ReadonlySet<string>;
  /** What goes by the structure of files. */
  readonly structural: RuleSet;
}

/** Matches with more line breaks (of white space, mostly) are not expected within the next lines of text. */
const NEAR_LINE_BREAKS = 12;
const UNBOUNDED = 16 * 1024;
const ANYWHERE = 64 * 1024;
const SHORTEST_OWN = 3;

/**
 * Sorts rules. What is asked first knows no paths and no commits, so the rules come without what depends on those: they find
 * too much, and what they find is confirmed by the whole rules in the end. Pure.
 */
export function historyRules(set: RuleSet): HistoryRules {
  const near: Rule[] = [];
  const far: Rule[] = [];
  const byPath: Rule[] = [];
  const words = new Map<string, Around>();
  const wholeFile = new Set<string>();
  let everyLine = false;
  for (const rule of set.rules) {
    if (rule.skipReport) continue;
    if (rule.regex === undefined) {
      if (rule.path !== undefined && rule.structure === undefined) byPath.push(rule);
      continue;
    }
    const { contained, lineBreaks, ownWords, rareWords } = reachOf(rule.regex.source, rule.keywords);
    const own = contained ? undefined : ownWords(SHORTEST_OWN);
    if (rule.path !== undefined && rule.keywords.length === 0) {
      byPath.push(rule);
      continue;
    }
    const isLoose = !contained && own === undefined;
    const isFar = (isLoose && rule.keywords.length > 0) || lineBreaks > NEAR_LINE_BREAKS;
    const keywords = isFar && contained ? rareWords : (own ?? rule.keywords);
    if (rule.required.length > 0 || own !== undefined || isLoose) wholeFile.add(rule.id);
    if (keywords.length === 0) everyLine = true;
    (isFar ? far : near).push(withoutPlace(rule, keywords));
    const bytes = isLoose ? ANYWHERE : lineBreaks > UNBOUNDED ? UNBOUNDED : lineBreaks;
    for (const word of keywords) {
      const known = words.get(word);
      words.set(word, {
        isFar: isFar || known?.isFar === true,
        isNear: !isFar || known?.isNear === true,
        bytes: Math.max(isFar ? bytes : 0, known?.bytes ?? 0),
        rules: [...(known?.rules ?? []), ...(isFar ? [far.length - 1] : [])],
      });
    }
  }
  const allowlists = set.allowlists.flatMap(allowlistWithoutPlace);
  return {
    near: { rules: near, allowlists },
    far: { rules: far, allowlists },
    words,
    everyLine,
    byPath,
    wholeFile,
    structural: { rules: set.rules.filter(({ structure }) => structure !== undefined), allowlists: [] },
  };
}

function withoutPlace(whole: Rule, keywords: readonly string[]): Rule {
  const { path, ...rule } = whole;
  void path;
  const allowlists = rule.allowlists.flatMap(allowlistWithoutPlace);
  return { ...rule, keywords, required: [], general: false, allowlists };
}

function allowlistWithoutPlace(list: Allowlist): Allowlist[] {
  const hasPlace = list.paths !== undefined || list.commits.size > 0;
  if (list.condition === "and" && hasPlace) return [];
  if (list.regexes === undefined && list.stopwords.length === 0) return [];
  return [{ ...list, paths: undefined, commits: new Set() }];
}
