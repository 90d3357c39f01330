import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { DEFAULT_ROLE_CHECKS, OPEN_RULE_CHECKS } from "./checks.ts";
import { defaultRoleBindingsOf, openRulesOf } from "./open-rules.ts";

/** Practice 4: RBAC, least privilege. */
export const access: PracticeStation = {
  practice: "access",
  needs: "needs roles and bindings",
  parts: [part(openRulesOf, OPEN_RULE_CHECKS), part(defaultRoleBindingsOf, DEFAULT_ROLE_CHECKS)],
};
