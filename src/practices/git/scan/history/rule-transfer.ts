import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";

/** A rule set as it may be sent to another thread: with the sources of its patterns. */
export interface SentRules {
  readonly rules: readonly SentRule[];
  readonly allowlists: readonly SentAllowlist[];
}

type Sent<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]: string | undefined };
type SentRule = Omit<Sent<Rule, "regex" | "path">, "allowlists"> & { readonly allowlists: readonly SentAllowlist[] };
type SentAllowlist = Sent<Allowlist, "paths" | "regexes">;

/** Pure. */
export function sentRules({ rules, allowlists }: RuleSet): SentRules {
  return {
    rules: rules.map((rule) => ({
      ...rule,
      regex: rule.regex?.source,
      path: rule.path?.source,
      allowlists: rule.allowlists.map(sentAllowlist),
    })),
    allowlists: allowlists.map(sentAllowlist),
  };
}

function sentAllowlist(list: Allowlist): SentAllowlist {
  return { ...list, paths: list.paths?.source, regexes: list.regexes?.source };
}

/** The other way. */
export function receivedRules({ rules, allowlists }: SentRules): RuleSet {
  return {
    rules: rules.map(({ regex, path, ...rule }) => ({
      ...rule,
      ...(regex === undefined ? {} : { regex: new Pattern(regex) }),
      ...(path === undefined ? {} : { path: new Pattern(path) }),
      allowlists: rule.allowlists.map(receivedAllowlist),
    })),
    allowlists: allowlists.map(receivedAllowlist),
  };
}

function receivedAllowlist({ paths, regexes, ...list }: SentAllowlist): Allowlist {
  return { ...list, paths: patternOf(paths), regexes: patternOf(regexes) };
}

function patternOf(source: string | undefined): Pattern | undefined {
  return source === undefined ? undefined : new Pattern(source);
}
