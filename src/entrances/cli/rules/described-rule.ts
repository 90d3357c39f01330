import { closestName } from "../../../kernel/config/closest-name.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { CATALOGUE } from "../../../practices/git/scan/catalogue/default-rules.ts";
import { UNCOVERED } from "../../../practices/git/scan/catalogue/uncovered.ts";
import type { Rule } from "../../../practices/git/scan/rule.ts";

/** A rule as it is told to people and programs. Nothing of it is secret. */
export interface DescribedRule {
  readonly id: string;
  readonly description: string;
  /** The vendor's page; of our own rules only. */
  readonly source?: string;
  /** Whether that page states the format; otherwise it is that of keys as people meet them. */
  readonly documented?: boolean;
  readonly regex?: string;
  readonly path?: string;
  readonly structure?: string;
  readonly keywords: readonly string[];
  readonly entropy: number;
  /** Whether it is known by its surroundings alone, so that other rules go before it. */
  readonly general: boolean;
  /** Whether more is asked of a value than its pattern: a checksum, or not to be too much like words. */
  readonly checked: boolean;
  readonly tags: readonly string[];
}

const OURS = new Map(CATALOGUE.map((rule) => [rule.id, rule]));

export function describeRule({
  id,
  description,
  regex,
  path,
  structure,
  keywords,
  entropy,
  general,
  accepts,
  tags,
}: Rule): DescribedRule {
  const ours = OURS.get(id);
  const isOurs = ours !== undefined && ours.regex === regex?.source && ours.description === description;
  return {
    id,
    description,
    ...(isOurs ? { source: ours.source, documented: ours.asSeen !== true } : {}),
    ...(regex === undefined ? {} : { regex: regex.source }),
    ...(path === undefined ? {} : { path: path.source }),
    ...(structure === undefined ? {} : { structure }),
    keywords,
    entropy,
    general: general !== false,
    checked: accepts !== undefined,
    tags,
  };
}

/** The rule with this id. Errors: KST_USAGE, with the id that was meant, or why there is none. */
export function ruleWithId(rules: readonly Rule[], id: string): Rule {
  const rule = rules.find((one) => one.id === id);
  if (rule !== undefined) return rule;
  const leftOut = UNCOVERED.get(id);
  const near = closestName(
    id,
    rules.map((one) => one.id),
  );
  throw new KustodyError("KST_USAGE", `there is no rule '${id.slice(0, 60)}'`, {
    hint: hintFor(leftOut, near),
  });
}

function hintFor(leftOut: string | undefined, near: string | undefined): string {
  if (leftOut !== undefined) return `gitleaks has one; it is left out on purpose: ${leftOut}`;
  return near === undefined ? "see 'kustody rules list'" : `did you mean ${near}?`;
}

/** Whether `--output` asks for JSON. Errors: KST_USAGE. */
export function wantsJson(output: string): boolean {
  if (output === "json" || output === "text") return output === "json";
  throw new KustodyError("KST_USAGE", `there is no output format '${output.slice(0, 40)}'`, {
    hint: "--output takes text and json",
  });
}

export const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
