import { namePattern } from "../../../kernel/stores/name-pattern.ts";
import type { LabelSelector, StoreCondition } from "../model/secret-store-spec.ts";

export interface AskingNamespace {
  readonly name: string;
  /** Undefined where they could not be read: then no selector matches. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}

/**
 * Pure. Whether any condition admits the namespace; no conditions admit all. A pattern that is not a regular expression
 * admits nobody: `mistake` says which.
 */
export function admits(
  conditions: readonly StoreCondition[] | undefined,
  namespace: AskingNamespace,
): { readonly admitted: boolean; readonly mistake?: string } {
  if (conditions === undefined || conditions.length === 0) return { admitted: true };
  let mistake: string | undefined;
  for (const { namespaces, namespaceSelector, namespaceRegexes } of conditions) {
    if (namespaces?.includes(namespace.name)) return { admitted: true };
    if (namespaceSelector !== undefined && selects(namespaceSelector, namespace.labels)) return { admitted: true };
    for (const pattern of namespaceRegexes ?? []) {
      try {
        if (namePattern(pattern)(namespace.name)) return { admitted: true };
      } catch (error) {
        mistake = (error as Error).message;
      }
    }
  }
  return mistake === undefined ? { admitted: false } : { admitted: false, mistake };
}

/** metav1.LabelSelector: all requirements hold; an empty selector selects everything. */
function selects(
  { matchLabels, matchExpressions }: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (labels === undefined) return false;
  const equal = Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    equal &&
    (matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === "In" ? isIn : !isIn;
    })
  );
}
