import { KeywordIndex } from "./keyword-index.ts";
import type { Allowlist, Rule, RuleSet, Structure } from "./rule.ts";

/** A rule set with the index that tells which rules a text concerns at all. */
export class PreparedRules {
  readonly allowlists: readonly Allowlist[];
  readonly #byId: ReadonlyMap<string, Rule>;
  readonly #rules: readonly Rule[];
  /** Of each word the places of its rules in the list; and of rules without words. */
  readonly #byWord: readonly (readonly number[])[];
  readonly #always: readonly number[];
  readonly #index: KeywordIndex;
  /** The rules for what files' structure tells. */
  readonly structures: ReadonlyMap<Structure, Rule>;

  constructor({ rules, allowlists }: RuleSet) {
    const words = [...new Set(rules.flatMap(({ keywords }) => keywords))];
    this.allowlists = allowlists;
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
    this.#rules = rules.filter(
      ({ regex, path, structure }) => regex !== undefined || (path !== undefined && structure === undefined),
    );
    const byWord = new Map<string, number[]>(words.map((word) => [word, []]));
    this.#rules.forEach(({ keywords }, place) => {
      for (const word of new Set(keywords)) byWord.get(word)?.push(place);
    });
    this.#byWord = [...byWord.values()];
    this.#always = this.#rules.flatMap(({ keywords }, place) => (keywords.length === 0 ? [place] : []));
    this.structures = new Map(
      rules.flatMap((rule) => (rule.structure === undefined ? [] : [[rule.structure, rule] as const])),
    );
    this.#index = new KeywordIndex(words);
  }

  byId(id: string): Rule | undefined {
    return this.#byId.get(id);
  }

  /** The rules of which a keyword occurs in these bytes, and those without keywords. */
  selected(bytes: Buffer): readonly Rule[] {
    const places = new Set(this.#always);
    for (const word of this.#index.find(bytes)) for (const place of this.#byWord[word] ?? []) places.add(place);
    const rules: Rule[] = [];
    for (const place of places) rules.push(this.#rules[place] as Rule);
    return rules;
  }
}
