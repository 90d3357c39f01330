import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";
import type { CatalogueRule } from "./catalogue-rule.ts";
import { CLOUD_RULES } from "./clouds.ts";
import { CODE_HOST_RULES } from "./code-hosts.ts";
import { GENERAL_RULES } from "./general.ts";
import { KUBERNETES_RULES } from "./kubernetes.ts";
import { SERVICE_RULES } from "./services.ts";
import { STRUCTURE_RULES } from "./structures.ts";

/** Our own rules, each with its source and samples; clusters first. */
export const CATALOGUE: readonly CatalogueRule[] = [
  ...KUBERNETES_RULES,
  ...STRUCTURE_RULES,
  ...CLOUD_RULES,
  ...CODE_HOST_RULES,
  ...SERVICE_RULES,
  ...GENERAL_RULES,
];

/** Files that no secret of yours stands in: pictures, fonts, what package managers write and fetch. */
const PASSED_OVER = [
  "(?i)\\.(?:bmp|gif|ico|jpe?g|png|svg|tiff?|webp|eot|otf|ttf|woff2?|mp[34]|webm|pdf|docx?|xlsx?|exe|dll|so|pyc|class)$",
  "(?:^|/)\\.git(?:/|$)",
  "(?:^|/)(?:node_modules|bower_components)(?:/|$)",
  "(?:^|/)vendor/(?:modules\\.txt$|(?:bundle|ruby|github\\.com|golang\\.org|google\\.golang\\.org|gopkg\\.in|k8s\\.io|sigs\\.k8s\\.io)(?:/|$))",
  "(?:^|/)(?:go\\.(?:mod|sum|work|work\\.sum)|package-lock\\.json|npm-shrinkwrap\\.json|pnpm-lock\\.yaml|yarn\\.lock|Cargo\\.lock|Gemfile\\.lock|poetry\\.lock|Pipfile\\.lock|uv\\.lock|composer\\.lock|deno\\.lock|gradle\\.lockfile)$",
  "\\.min\\.(?:js|css)(?:\\.map)?$",
  "(?:^|/)\\.?gitleaks\\.toml$",
];

/** Secrets that are none: references that a tool fills in, ciphertext, placeholders, what vendors print in their examples. */
const NO_SECRETS = [
  "^\\$\\{?[A-Za-z_][\\w.:-]*\\}?$",
  "^\\$\\(.*\\)$",
  "\\{\\{.*\\}\\}",
  "^<[^>]*>$",
  "^%[A-Za-z_]+%$",
  "^ENC\\[[A-Z0-9_]+,",
  "^(?:vault:v\\d+:|ref\\+|op://|age1)",
  "(?i)EXAMPLE(?:KEY)?$",
  "(?i)(?:change|replace)[_-]?(?:me|this)|your[_-]|placeholder|redacted|dummy",
  "(?i)(?:x{6}|\\*{4}|\\.{4}|0{10}|1234567890|abcdefghij)",
];

const none = { commits: new Set<string>(), paths: undefined, regexes: undefined, stopwords: [] } as const;
const allowlist = (given: Partial<Allowlist>): Allowlist => ({
  condition: "or",
  regexTarget: "secret",
  ...none,
  ...given,
});
const anyOf = (sources: readonly string[]): Pattern =>
  new Pattern(`(?:${sources.map((one) => `(?:${one})`).join("|")})`);

/** The catalogue as rules. Patterns are compiled when first used, so that a small scan starts fast. */
export function defaultRules(): RuleSet {
  return {
    rules: CATALOGUE.map(ruleOf),
    allowlists: [allowlist({ paths: anyOf(PASSED_OVER) }), allowlist({ regexes: anyOf(NO_SECRETS) })],
  };
}

function ruleOf({ id, description, regex, structure, keywords, entropy, general, allow }: CatalogueRule): Rule {
  return {
    id,
    description,
    ...(regex === undefined ? {} : { regex: new Pattern(regex) }),
    ...(structure === undefined ? {} : { structure }),
    secretGroup: 0,
    entropy: entropy ?? 0,
    keywords,
    tags: [],
    allowlists: allow === undefined ? [] : [allowlist({ regexes: anyOf(allow) })],
    required: [],
    general: general === true && "lines",
    skipReport: false,
  };
}
