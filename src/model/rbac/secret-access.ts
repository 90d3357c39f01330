import type { PolicyRule } from "./rbac-objects.ts";

/** Each of these verbs answers with whole Secrets (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets). */
export const READING_VERBS = ["get", "list", "watch"] as const;
export type ReadingVerb = (typeof READING_VERBS)[number];

/** What a rule lets its holder read of Secrets. */
export interface SecretAccess {
  readonly verbs: readonly ReadingVerb[];
  /** The Secrets by name; undefined is all of them. */
  readonly names: readonly string[] | undefined;
  /** `"named"`: the rule says `secrets`. `"wildcard"`: it says `*` where it names the resource. */
  readonly by: "named" | "wildcard";
  readonly rule: PolicyRule;
}

/** What `rule` opens of Secrets, if anything. */
export function secretAccessOf(rule: PolicyRule): SecretAccess | undefined {
  if (!rule.apiGroups.includes("") && !rule.apiGroups.includes("*")) return undefined;
  const named = rule.resources.includes("secrets");
  if (!named && !rule.resources.includes("*")) return undefined;
  const verbs = READING_VERBS.filter((verb) => rule.verbs.includes(verb) || rule.verbs.includes("*"));
  if (verbs.length === 0) return undefined;
  return {
    verbs,
    names: rule.resourceNames.length === 0 ? undefined : rule.resourceNames,
    by: named ? "named" : "wildcard",
    rule,
  };
}
