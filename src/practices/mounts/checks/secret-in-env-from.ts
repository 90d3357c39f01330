import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { SecretUse } from "../../../model/workloads/secret-uses.ts";
import type { World } from "../../../model/world/world.ts";

/** envFrom turns every key of a Secret into a variable, also those that are added later. */
export const secretInEnvFrom: Check<SecretUse, World> = ({ way, template, container, secretName, path }) => {
  if (way !== "envFrom" || container === undefined) return undefined;
  const { workload } = template;
  return {
    rule: "mounts/SecretInEnvFrom",
    practice: "mounts",
    severity: "medium",
    subject: subjectOf(workload, formatFieldPath(path)),
    message: `${titleOf(workload)} passes every key of Secret ${secretName} to container ${container.name} as variables`,
    evidence: { secret: secretName, container: container.name, list: container.list },
    hint: "every key becomes a variable, also those that are added later or are not needed; variables show in /proc and crash dumps and never change until a restart",
    fix: `volumes: [{ name: ${secretName}, secret: { secretName: ${secretName} } }]\nvolumeMounts: [{ name: ${secretName}, mountPath: /run/secrets/${secretName}, readOnly: true }]`,
  };
};
