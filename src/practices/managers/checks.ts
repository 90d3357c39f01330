import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { secretUnmanaged } from "./checks/secret-unmanaged.ts";
import type { ClusterSecret } from "./model.ts";

export const CLUSTER_SECRET_CHECKS: readonly ListedCheck<ClusterSecret, World>[] = [
  {
    rule: "managers/SecretUnmanaged",
    severity: "medium",
    check: secretUnmanaged,
    remark: "a Secret of the cluster shows no sign of a manager: no owner, type, label, annotation or field manager",
  },
];
