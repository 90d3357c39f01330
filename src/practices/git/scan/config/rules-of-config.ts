import { KustodyError } from "../../../../kernel/errors.ts";
import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { UNCOVERED } from "../catalogue/uncovered.ts";
import type { Allowlist, Rule, RuleSet } from "../rule.ts";
import type { AllowlistEntry, ConfigFile, RuleEntry } from "./config-file.ts";
import { programWarnings } from "./program-warnings.ts";
import { translateFilter } from "./translate-filter.ts";

/** A rule set that is not complete: allowlists for rules that only the set it extends may have. */
interface Layer extends RuleSet {
  readonly targeted: readonly { readonly rules: readonly string[]; readonly allowlist: Allowlist }[];
}

/** A config file with what it is called in messages. */
export interface NamedConfig {
  readonly name: string;
  readonly file: ConfigFile;
}

export interface ConfigRules extends RuleSet {
  /** What is odd but stops nothing, such as a disabled rule that there isn't. */
  readonly warnings: readonly string[];
}

/**
 * The rules of a config and of what it extends: `chain` begins with the config itself; `base` is our own catalogue, where the
 * last of the chain extends the default. Rules of the same id are merged as gitleaks merges them: what the nearer one says
 * counts, tags, keywords and allowlists add up. Patterns are checked. Errors: KST_SCAN_CONFIG.
 */
export function rulesOfConfigs(chain: readonly NamedConfig[], base: RuleSet | undefined): ConfigRules {
  const warnings: string[] = [];
  // What is said of a rule that our catalogue leaves out on purpose is said of nothing.
  const isLeftOut = (id: string): boolean => base !== undefined && UNCOVERED.has(id);
  let extended: RuleSet | undefined = base;
  for (const [index, config] of [...chain.entries()].toReversed()) {
    const layer = layerOf(config);
    warnings.push(...programWarnings(config));
    const disabled = new Set(config.file.extend?.disabledrules);
    for (const id of disabled) {
      if (extended?.rules.some((rule) => rule.id === id) === false && !isLeftOut(id))
        warnings.push(`${config.name}: the disabled rule ${id} is not in what it extends`);
    }
    extended = merge(layer, extended, disabled);
    // As gitleaks: allowlists with targets count in the first file only, where all rules are known.
    if (index === 0) extended = withTargets(extended, layer, config.name, isLeftOut);
  }
  const { rules = [], allowlists = [] } = extended ?? {};
  const set = { rules: rules.filter((rule) => hasMeans(rule) || !isLeftOut(rule.id)), allowlists };
  for (const rule of set.rules) validate(rule, set, chain[0]?.name ?? "");
  return { ...set, warnings };
}

function layerOf({ name, file }: NamedConfig): Layer {
  const rules = new Map(file.rules.map((entry) => [entry.id, ruleOf(entry, name)]));
  const entries = [...(file.allowlist === undefined ? [] : [file.allowlist]), ...file.allowlists];
  if (file.allowlist !== undefined && file.allowlists.length > 0)
    throw wrong(name, "[allowlist] and [[allowlists]] exclude each other");
  const lists = entries.map((entry) => ({
    targets: entry.targetrules ?? [],
    allowlist: allowlistOf(entry, `${name}: [[allowlists]]`),
  }));
  return {
    rules: [...rules.values()],
    allowlists: [
      ...lists.filter(({ targets }) => targets.length === 0).map(({ allowlist }) => allowlist),
      ...[file.prefilter, file.filter].flatMap((program) =>
        translateFilter(program).allowlists.map((entry) => allowlistOf(entry, `${name}: a filter`)),
      ),
    ],
    targeted: lists
      .filter(({ targets }) => targets.length > 0)
      .map(({ targets, allowlist }) => ({ rules: targets, allowlist })),
  };
}

function ruleOf(entry: RuleEntry, name: string): Rule {
  const { id, description, entropy, tags } = entry;
  const what = `${name}: rule ${id}`;
  if (entry.allowlist !== undefined && entry.allowlists.length > 0)
    throw wrong(what, "[rules.allowlist] and [[rules.allowlists]] exclude each other");
  const filter = translateFilter(entry.filter);
  const lists = [
    ...(entry.allowlist === undefined ? [] : [entry.allowlist]),
    ...entry.allowlists,
    ...filter.allowlists,
  ];
  return {
    id,
    description,
    ...(entry.regex === "" ? {} : { regex: pattern(entry.regex, what) }),
    ...(entry.path === "" ? {} : { path: pattern(entry.path, what) }),
    secretGroup: entry.secretgroup,
    entropy: Math.max(entropy, filter.entropy),
    keywords: entry.keywords.map((word) => word.toLowerCase()),
    tags,
    allowlists: lists.map((list) => allowlistOf(list, what)),
    required: entry.required.map((required) => ({
      id: required.id,
      ...(required.withinlines === undefined ? {} : { withinLines: required.withinlines }),
      ...(required.withincolumns === undefined ? {} : { withinColumns: required.withincolumns }),
    })),
    general: id.toLowerCase().includes("generic") && "line",
    skipReport: entry.skipreport,
  };
}

function allowlistOf(entry: AllowlistEntry, what: string): Allowlist {
  const { commits = [], paths = [], regexes = [], stopwords = [], regextarget = "secret" } = entry;
  if (commits.length + paths.length + regexes.length + stopwords.length === 0)
    throw wrong(what, "an allowlist has none of commits, paths, regexes and stopwords");
  if (regextarget !== "secret" && regextarget !== "" && regextarget !== "match" && regextarget !== "line")
    throw wrong(what, "an allowlist's regexTarget is none of secret, match and line");
  return {
    condition: conditionOf(entry.condition ?? "", what),
    commits: new Set(commits.map((commit) => commit.trim().toLowerCase())),
    paths: joined(paths, what),
    regexes: joined(regexes, what),
    regexTarget: regextarget === "" ? "secret" : regextarget,
    stopwords: [...new Set(stopwords.map((word) => word.toLowerCase()))],
  };
}

function conditionOf(text: string, what: string): "or" | "and" {
  const upper = text.toUpperCase();
  if (upper === "AND" || upper === "&&") return "and";
  if (upper === "" || upper === "OR" || upper === "||") return "or";
  throw wrong(what, "an allowlist's condition is neither AND nor OR");
}

/** One pattern of several: flags of one, such as (?i), hold for those behind it too, as in gitleaks. */
function joined(sources: readonly string[], what: string): Pattern | undefined {
  if (sources.length === 0) return undefined;
  for (const source of sources) pattern(source, what);
  return pattern(`(?:${sources.join("|")})`, what);
}

function pattern(source: string, what: string): Pattern {
  const compiled = new Pattern(source);
  try {
    compiled.check();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong(what, `a pattern cannot be used: ${error.message}`);
  }
  return compiled;
}

function merge(layer: Layer, extended: RuleSet | undefined, disabled: ReadonlySet<string>): RuleSet {
  if (extended === undefined) return layer;
  const rules = new Map(layer.rules.map((rule) => [rule.id, rule]));
  for (const base of extended.rules) {
    if (disabled.has(base.id)) continue;
    const own = rules.get(base.id);
    rules.set(base.id, own === undefined ? base : mergeRule(own, base));
  }
  return {
    rules: [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    allowlists: [...layer.allowlists, ...extended.allowlists],
  };
}

function mergeRule(own: Rule, base: Rule): Rule {
  const { structure: _, accepts: __, ...matching } = base;
  return {
    // A pattern of one's own takes the place of our structural search for the same thing.
    ...(own.regex === undefined ? base : matching),
    description: own.description === "" ? base.description : own.description,
    entropy: own.entropy === 0 ? base.entropy : own.entropy,
    secretGroup: own.secretGroup === 0 ? base.secretGroup : own.secretGroup,
    ...(own.regex === undefined ? {} : { regex: own.regex }),
    ...(own.path === undefined ? {} : { path: own.path }),
    tags: [...base.tags, ...own.tags],
    keywords: [...base.keywords, ...own.keywords],
    allowlists: [...base.allowlists, ...own.allowlists],
  };
}

function withTargets(set: RuleSet, { targeted }: Layer, name: string, isLeftOut: (id: string) => boolean): RuleSet {
  for (const id of targeted.flatMap(({ rules }) => rules)) {
    if (!isLeftOut(id) && !set.rules.some((rule) => rule.id === id))
      throw wrong(name, `[[allowlists]] targets the rule ${id}, which there is not`);
  }
  const rules = set.rules.map((rule) => ({
    ...rule,
    allowlists: [
      ...rule.allowlists,
      ...targeted.filter(({ rules: ids }) => ids.includes(rule.id)).map(({ allowlist }) => allowlist),
    ],
  }));
  return { rules, allowlists: set.allowlists };
}

/** Whether a rule can find anything. */
function hasMeans({ regex, path, structure }: Rule): boolean {
  return regex !== undefined || path !== undefined || structure !== undefined;
}

function validate(rule: Rule, { rules }: RuleSet, name: string): void {
  const what = `${name}: rule ${rule.id}`;
  if (rule.id.trim() === "") throw wrong(name, "a rule has no id");
  if (!hasMeans(rule)) throw wrong(what, "it has neither regex nor path");
  if (rule.secretGroup > 0 && rule.regex !== undefined && rule.secretGroup > rule.regex.groups)
    throw wrong(what, `secretGroup is ${rule.secretGroup}, but the pattern has ${rule.regex.groups} groups`);
  for (const { id } of rule.required) {
    if (!rules.some((other) => other.id === id)) throw wrong(what, `it requires the rule ${id}, which there is not`);
  }
}

function wrong(what: string, reason: string): KustodyError {
  return new KustodyError("KST_SCAN_CONFIG", `${what}: ${reason}`, {
    hint: "the format is that of gitleaks: https://github.com/gitleaks/gitleaks#configuration",
  });
}
