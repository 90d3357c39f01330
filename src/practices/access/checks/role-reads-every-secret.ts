import type { Check } from "../../../kernel/check.ts";
import { namespaceOf, subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { OpenRule } from "../model.ts";
import { boundBy, severityOf } from "../severity.ts";

/** `list` and `watch` answer with whole Secrets, and `get` without resourceNames takes any name. */
export const roleReadsEverySecret: Check<OpenRule, World> = (open, world) => {
  const { role, access } = open;
  if (access.by !== "named") return undefined;
  const where =
    role.kind === "Role"
      ? `namespace ${namespaceOf(role.object) ?? "default (it names none)"}`
      : "every namespace where it is bound";
  return {
    rule: "access/RoleReadsEverySecret",
    practice: "access",
    severity: severityOf(open, world),
    subject: subjectOf(role.object, `rules[${access.rule.index}]`),
    message: `${titleOf(role.object)} reads every Secret of ${where}`,
    evidence: { verbs: access.verbs.join(", "), boundBy: boundBy(open) },
    hint: "list and watch answer with the values, not with names alone; a holder also reads every Secret that will ever be added",
    fix: `set rules[${access.rule.index}].verbs: [get] and rules[${access.rule.index}].resourceNames: [THE, SECRETS, IT, NEEDS]`,
  };
};
