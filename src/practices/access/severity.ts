import type { Severity } from "../../kernel/finding/finding.ts";
import type { World } from "../../model/world/world.ts";
import type { OpenRule } from "./model.ts";

/** A role that nothing binds opens nothing yet; in files the binding may simply stand elsewhere. */
export function severityOf({ role, bindings }: OpenRule, world: World): Severity {
  if (bindings.some(({ subjects }) => subjects.length > 0)) return "high";
  if (world.source === "cluster") return "low";
  return role.kind === "Role" ? "high" : "medium";
}

/** Who holds the rule, for the evidence of a finding. */
export function boundBy({ bindings }: OpenRule): string {
  const names = bindings.map(
    ({ kind, namespace, name }) => `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
  );
  return names.length === 0 ? "nothing in the input" : [...new Set(names)].sort().join(", ");
}
