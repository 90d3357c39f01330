import { loadRules } from "../scan/load-rules.ts";
import type { Terminal } from "../terminal.ts";
import { type DescribedRule, describeRule, json, wantsJson } from "./described-rule.ts";

export interface ListCall {
  readonly word: string | undefined;
  readonly config?: string;
  readonly output: string;
  readonly terminal: Terminal;
}

/** Lists rules; returns 0, also when none has the word. */
export async function runRulesList({ word, config, output, terminal }: ListCall): Promise<number> {
  const asJson = wantsJson(output);
  const { set, warnings, file } = await loadRules(".", config);
  for (const warning of warnings) terminal.stderr.write(`warning: ${warning}\n`);
  const wanted = word?.toLowerCase();
  const rules = set.rules.map(describeRule).filter((rule) => wanted === undefined || hasWord(rule, wanted));
  terminal.stdout.write(asJson ? json(rules) : rendered(rules));
  terminal.stderr.write(`${rules.length} of ${set.rules.length} rules, from ${file ?? "our catalogue"}\n`);
  return 0;
}

function hasWord({ id, description, keywords }: DescribedRule, word: string): boolean {
  return [id, description.toLowerCase(), ...keywords].some((text) => text.includes(word));
}

function rendered(rules: readonly DescribedRule[]): string {
  const width = Math.min(45, Math.max(0, ...rules.map(({ id }) => id.length)));
  return rules.map(({ id, description }) => `${id.padEnd(width)}  ${description}\n`).join("");
}
