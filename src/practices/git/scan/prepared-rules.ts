import { KeywordIndex } from "./keyword-index.ts";
import type { Allowlist, Rule, RuleSet, Structure } from "./rule.ts";

/** A rule set with the index that tells which rules a text concerns at all. */
export class PreparedRules {
  readonly allowlists: readonly Allowlist[];
  readonly #byId: ReadonlyMap<string, Rule>;
  readonly #rules: readonly { readonly rule: Rule; readonly keywords: readonly number[] }[];
  readonly #index: KeywordIndex;
  /** The rules for what files' structure tells. */
  readonly structures: ReadonlyMap<Structure, Rule>;

  constructor({ rules, allowlists }: RuleSet) {
    const words = [...new Set(rules.flatMap(({ keywords }) => keywords))];
    const numbers = new Map(words.map((word, number) => [word, number]));
    this.allowlists = allowlists;
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
    this.#rules = rules
      .filter(({ regex, path, structure }) => regex !== undefined || (path !== undefined && structure === undefined))
      .map((rule) => ({ rule, keywords: rule.keywords.map((word) => numbers.get(word) ?? -1) }));
    this.structures = new Map(
      rules.flatMap((rule) => (rule.structure === undefined ? [] : [[rule.structure, rule] as const])),
    );
    this.#index = new KeywordIndex(words);
  }

  byId(id: string): Rule | undefined {
    return this.#byId.get(id);
  }

  /** The rules of which a keyword occurs in these bytes, and those without keywords. */
  *selected(bytes: Buffer): Generator<Rule> {
    const found = this.#index.find(bytes);
    for (const { rule, keywords } of this.#rules) {
      if (keywords.length === 0 || keywords.some((number) => found[number] === 1)) yield rule;
    }
  }
}
