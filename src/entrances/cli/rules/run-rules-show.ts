import { CATALOGUE } from "../../../practices/git/scan/catalogue/default-rules.ts";
import { maskedSample } from "../../../practices/git/scan/catalogue/weaken-sample.ts";
import { loadRules } from "../scan/load-rules.ts";
import type { Terminal } from "../terminal.ts";
import { adviceFor } from "./advice-for.ts";
import { type DescribedRule, describeRule, json, ruleWithId, wantsJson } from "./described-rule.ts";

export interface ShowCall {
  readonly id: string;
  readonly config?: string;
  readonly output: string;
  readonly terminal: Terminal;
}

/** Shows one rule; returns 0. */
export async function runRulesShow({ id, config, output, terminal }: ShowCall): Promise<number> {
  const asJson = wantsJson(output);
  const { set } = await loadRules(".", config);
  const rule = describeRule(ruleWithId(set.rules, id));
  const examples =
    rule.source === undefined ? [] : (CATALOGUE.find((one) => one.id === id)?.hits ?? []).map(maskedSample);
  const advice = adviceFor(id);
  terminal.stdout.write(asJson ? json({ ...rule, examples, advice }) : rendered(rule, examples, advice));
  return 0;
}

function rendered(rule: DescribedRule, examples: readonly string[], advice: readonly string[]): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["documented", rule.documented === true ? rule.source : undefined],
    ["format", rule.documented === false ? `as seen; the vendor's page: ${rule.source}` : undefined],
    ["pattern", rule.regex],
    ["path", rule.path],
    ["structure", rule.structure === undefined ? undefined : `${rule.structure}: found by parsing the file`],
    ["keywords", rule.keywords.length === 0 ? "none: it looks at every text" : rule.keywords.join(" ")],
    ["entropy", rule.entropy === 0 ? undefined : `more than ${rule.entropy} bits for a character`],
    ["general", rule.general ? "steps back where a more specific rule finds the same value" : undefined],
    ["checked", rule.checked ? "a value's checksum or form, or how much it is like words, decides too" : undefined],
    ["tags", rule.tags.length === 0 ? undefined : rule.tags.join(" ")],
  ];
  const lines = fields.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(11)} ${text}`]));
  return [
    `${rule.id}: ${rule.description}`,
    "",
    ...lines,
    ...(examples.length === 0 ? [] : ["", "Finds:", ...examples.flatMap(indented)]),
    "",
    "When it leaks:",
    ...advice.map((step, index) => `  ${index + 1}. ${step}`),
    "",
  ].join("\n");
}

function indented(text: string): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
}
