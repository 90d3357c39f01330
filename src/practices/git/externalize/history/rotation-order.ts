import { AWS_RULES } from "../../scan/catalogue/aws.ts";
import { AZURE_RULES } from "../../scan/catalogue/azure.ts";
import { CLOUD_RULES } from "../../scan/catalogue/clouds.ts";
import { defaultRules } from "../../scan/catalogue/default-rules.ts";
import { GOOGLE_RULES } from "../../scan/catalogue/google.ts";
import { Scanner } from "../../scan/scanner.ts";
import type { HeldValue } from "./held-value.ts";

export interface ToRotate {
  readonly value: HeldValue;
  readonly isPublished: boolean;
  /** What the catalogue says that it is. */
  readonly is: "key of a cloud" | "token or key" | "password or other value";
  readonly rule: string | undefined;
}

const CLOUD_IDS: ReadonlySet<string> = new Set(
  [...AWS_RULES, ...AZURE_RULES, ...GOOGLE_RULES, ...CLOUD_RULES].map(({ id }) => id),
);
const RANKS: readonly ToRotate["is"][] = ["key of a cloud", "token or key", "password or other value"];

/**
 * In which order to rotate: what others have first (`published`), then by what a value opens: keys of clouds, then tokens and
 * keys, then the rest. What a value is the catalogue's rules say of it beside its name. A door.
 */
export function rotationOrder(values: readonly HeldValue[], published: ReadonlySet<HeldValue>): readonly ToRotate[] {
  const scanner = new Scanner(defaultRules(), { maxDecodeDepth: 2, allowComments: false });
  return values
    .map((value) => ({ value, isPublished: published.has(value), ...whatIs(value, scanner) }))
    .toSorted((a, b) => Number(b.isPublished) - Number(a.isPublished) || RANKS.indexOf(a.is) - RANKS.indexOf(b.is));
}

function whatIs({ name, entry }: HeldValue, scanner: Scanner): Pick<ToRotate, "is" | "rule"> {
  const line = Buffer.concat([Buffer.from(`${name}: `), entry.value.unwrap(), Buffer.from("\n")]);
  const leaks = scanner.scan([{ origin: { path: name }, bytes: undefined, added: [{ bytes: line, startLine: 1 }] }]);
  line.fill(0);
  const rules = leaks.filter(({ general }) => general === false).map(({ rule }) => rule);
  const cloud = rules.find((rule) => CLOUD_IDS.has(rule));
  if (cloud !== undefined) return { is: "key of a cloud", rule: cloud };
  return rules[0] === undefined
    ? { is: "password or other value", rule: undefined }
    : { is: "token or key", rule: rules[0] };
}
