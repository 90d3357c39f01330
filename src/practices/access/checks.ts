import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { defaultRoleOpensSecrets } from "./checks/default-role-opens-secrets.ts";
import { roleReadsEverySecret } from "./checks/role-reads-every-secret.ts";
import { wildcardReachesSecrets } from "./checks/wildcard-reaches-secrets.ts";
import type { DefaultRoleBinding, OpenRule } from "./model.ts";

export const OPEN_RULE_CHECKS: readonly ListedCheck<OpenRule, World>[] = [
  {
    rule: "access/RoleReadsEverySecret",
    severity: "high",
    check: roleReadsEverySecret,
    remark: "a rule gives get, list or watch on secrets without resourceNames",
  },
  {
    rule: "access/WildcardReachesSecrets",
    severity: "high",
    check: wildcardReachesSecrets,
    remark: 'a rule with resources ["*"] in the core group reads every Secret too',
  },
];

export const DEFAULT_ROLE_CHECKS: readonly ListedCheck<DefaultRoleBinding, World>[] = [
  {
    rule: "access/DefaultRoleOpensSecrets",
    severity: "high",
    check: defaultRoleOpensSecrets,
    remark: "a binding grants cluster-admin, admin or edit, which read every Secret in their reach",
  },
];
