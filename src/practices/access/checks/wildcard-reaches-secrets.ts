import type { Check } from "../../../kernel/check.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { OpenRule } from "../model.ts";
import { boundBy, severityOf } from "../severity.ts";

/** `resources: ["*"]` in the core group includes secrets, whether its author thought of them or not. */
export const wildcardReachesSecrets: Check<OpenRule, World> = (open, world) => {
  const { role, access } = open;
  if (access.by !== "wildcard") return undefined;
  return {
    rule: "access/WildcardReachesSecrets",
    practice: "access",
    severity: severityOf(open, world),
    subject: subjectOf(role.object, `rules[${access.rule.index}]`),
    message: `a wildcard in ${titleOf(role.object)} reads every Secret too`,
    evidence: {
      verbs: access.verbs.join(", "),
      apiGroups: access.rule.apiGroups.join(", ") || '""',
      boundBy: boundBy(open),
    },
    hint: 'resources: ["*"] in the core group includes secrets, and every kind that will ever be added',
    fix: `name what is needed in rules[${access.rule.index}].resources, without secrets; what needs a Secret gets a rule of its own with resourceNames`,
  };
};
