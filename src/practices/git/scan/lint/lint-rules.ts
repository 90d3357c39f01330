import { parseRegexp } from "../../../../kernel/regexp/parse-regexp.ts";
import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { isFaithful } from "../../../../kernel/regexp/v8-source.ts";
import { withinTime } from "../../../../kernel/regexp/within-time.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";
import { probeTexts } from "./probe-texts.ts";

/** What is wrong with a rule, or with the allowlists for all of them. */
export interface RuleProblem {
  readonly level: "error" | "warning";
  /** Empty for allowlists of all rules. */
  readonly rule: string;
  readonly problem: string;
}

const PROBE_MILLIS = 250;

/** A rule's patterns as a configuration has them, before they are known to be any. */
export interface RulePatterns {
  readonly id: string;
  readonly regex: string;
  readonly path: string;
}

/** Which patterns cannot be used, all of them. Pure. */
export function lintPatterns(rules: readonly RulePatterns[]): readonly RuleProblem[] {
  return rules.flatMap(({ id, regex, path }) =>
    [regex, path].flatMap((source): RuleProblem[] => {
      try {
        new Pattern(source).check();
        return [];
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return [{ level: "error", rule: id, problem: `a pattern cannot be used: ${error.message}` }];
      }
    }),
  );
}

/** What makes rules slow, or blind. Their patterns are known to be any. Takes a quarter of a second at most for each probe. */
export function lintRules({ rules, allowlists }: RuleSet): readonly RuleProblem[] {
  return [
    ...rules.flatMap((rule) =>
      lintRule(rule).map((problem): RuleProblem => ({ level: "warning", rule: rule.id, problem })),
    ),
    ...lintAllowlists(allowlists).map((problem): RuleProblem => ({ level: "warning", rule: "", problem })),
  ];
}

function lintRule({ regex, path, structure, keywords, allowlists }: Rule): readonly string[] {
  const problems: string[] = [];
  if (regex !== undefined) {
    if (keywords.length === 0 && path === undefined && structure === undefined)
      problems.push("it has no keywords, so its pattern runs over every text");
    if (!isFaithful(parseRegexp(regex.source).node).matches)
      problems.push("V8's engine would read its pattern otherwise, so it always runs on the slower linear one");
    else if (isSlow(regex))
      problems.push("on some texts its pattern takes V8's engine too long; it then runs on the slower linear one");
    if (regex.test("")) problems.push("its pattern matches the empty text");
  }
  return [...problems, ...lintAllowlists(allowlists)];
}

function isSlow(pattern: Pattern): boolean {
  return probeTexts(pattern.source).some(
    (text) => withinTime(PROBE_MILLIS, () => void pattern.test(text, "v8")) === undefined,
  );
}

function lintAllowlists(allowlists: readonly Allowlist[]): readonly string[] {
  const problems: string[] = [];
  for (const { condition, paths, regexes, stopwords } of allowlists) {
    if (condition === "and") continue;
    if (regexes?.test("") === true) problems.push("an allowlist's regexes match any text, so nothing is found");
    if (paths?.test("") === true) problems.push("an allowlist's paths match any path, so nothing is found");
    if (stopwords.includes("")) problems.push("an allowlist has an empty stopword, so nothing is found");
  }
  return problems;
}
