import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";
import { AWS_RULES } from "./aws.ts";
import { AZURE_RULES } from "./azure.ts";
import type { CatalogueRule } from "./catalogue-rule.ts";
import { CHAT_RULES } from "./chat.ts";
import { CI_RULES } from "./ci.ts";
import { CLOUD_RULES } from "./clouds.ts";
import { CLUSTER_TOOL_RULES } from "./cluster-tools.ts";
import { CODE_HOST_RULES } from "./code-hosts.ts";
import { CONTENT_RULES } from "./contents.ts";
import { DATABASE_RULES } from "./databases.ts";
import { FORMAT_RULES } from "./formats.ts";
import { GENERAL_RULES } from "./general.ts";
import { GOOGLE_RULES } from "./google.ts";
import { KEY_RULES } from "./keys.ts";
import { KUBERNETES_RULES } from "./kubernetes.ts";
import { MACHINE_LEARNING_RULES } from "./machine-learning.ts";
import { MESSAGING_RULES } from "./messaging.ts";
import { NETWORK_RULES } from "./networks.ts";
import { OBSERVABILITY_RULES } from "./observability.ts";
import { PACKAGE_RULES } from "./packages.ts";
import { PAYMENT_RULES } from "./payment.ts";
import { SECRET_STORE_RULES } from "./secret-stores.ts";
import { SHOP_RULES } from "./shops.ts";
import { SOCIAL_RULES } from "./social.ts";
import { STRUCTURE_RULES } from "./structures.ts";
import { WORK_TOOL_RULES } from "./work-tools.ts";

/** Our own rules, each with its source and samples; clusters first. */
export const CATALOGUE: readonly CatalogueRule[] = [
  ...KUBERNETES_RULES,
  ...STRUCTURE_RULES,
  ...CLUSTER_TOOL_RULES,
  ...KEY_RULES,
  ...AWS_RULES,
  ...AZURE_RULES,
  ...GOOGLE_RULES,
  ...CLOUD_RULES,
  ...NETWORK_RULES,
  ...SECRET_STORE_RULES,
  ...DATABASE_RULES,
  ...CODE_HOST_RULES,
  ...CI_RULES,
  ...PACKAGE_RULES,
  ...MACHINE_LEARNING_RULES,
  ...OBSERVABILITY_RULES,
  ...CHAT_RULES,
  ...MESSAGING_RULES,
  ...PAYMENT_RULES,
  ...SHOP_RULES,
  ...WORK_TOOL_RULES,
  ...CONTENT_RULES,
  ...SOCIAL_RULES,
  ...FORMAT_RULES,
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

function ruleOf(one: CatalogueRule): Rule {
  const { id, description, regex, file, structure, keywords, entropy, general, allow, accepts } = one;
  return {
    id,
    description,
    ...(regex === undefined ? {} : { regex: new Pattern(regex) }),
    ...(file === undefined ? {} : { path: new Pattern(file.pattern) }),
    ...(structure === undefined ? {} : { structure }),
    ...(accepts === undefined ? {} : { accepts }),
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
