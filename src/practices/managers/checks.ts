import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { secretUnmanaged } from "./checks/secret-unmanaged.ts";
import { templateChangesByItself } from "./checks/template-changes-by-itself.ts";
import type { ClusterSecret, TemplatedObject } from "./model.ts";

export const CLUSTER_SECRET_CHECKS: readonly ListedCheck<ClusterSecret, World>[] = [
  {
    rule: "managers/SecretUnmanaged",
    severity: "medium",
    check: secretUnmanaged,
    remark: "a Secret of the cluster shows no sign of a manager: no owner, type, label, annotation or field manager",
  },
];

export const TEMPLATED_OBJECT_CHECKS: readonly ListedCheck<TemplatedObject, World>[] = [
  {
    rule: "managers/TemplateChangesByItself",
    severity: "low",
    check: templateChangesByItself,
    remark: "a template of an ExternalSecret or PushSecret uses time or chance, so its output changes at each refresh",
  },
];
