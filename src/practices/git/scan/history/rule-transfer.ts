import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { defaultRules } from "../catalogue/default-rules.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";

/** A rule set as it may be sent to another thread: with the sources of its patterns. */
export interface SentRules {
  readonly rules: readonly SentRule[];
  readonly allowlists: readonly SentAllowlist[];
}

type Sent<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]: string | undefined };
/** A function cannot be sent: `accepts` says that our catalogue has one for this rule. */
type SentRule = Omit<Sent<Rule, "regex" | "path">, "allowlists" | "accepts"> & {
  readonly allowlists: readonly SentAllowlist[];
  readonly accepts: boolean;
};
type SentAllowlist = Sent<Allowlist, "paths" | "regexes">;

/** Pure. */
export function sentRules({ rules, allowlists }: RuleSet): SentRules {
  return {
    rules: rules.map((rule) => ({
      ...rule,
      regex: rule.regex?.source,
      path: rule.path?.source,
      accepts: rule.accepts !== undefined,
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
  const ownById = new Map(
    rules.some(({ accepts }) => accepts) ? defaultRules().rules.map(({ id, accepts }) => [id, accepts]) : [],
  );
  const own = (id: string): Pick<Rule, "accepts"> => {
    const accepts = ownById.get(id);
    return accepts === undefined ? {} : { accepts };
  };
  return {
    rules: rules.map(({ regex, path, accepts, ...rule }) => ({
      ...rule,
      ...(accepts ? own(rule.id) : {}),
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
