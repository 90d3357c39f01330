import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { SecretUse } from "../../../model/workloads/secret-uses.ts";
import type { World } from "../../../model/world/world.ts";

/** A variable keeps the value that it had when the container started, and every child process inherits it. */
export const secretInEnvironment: Check<SecretUse, World> = ({
  way,
  template,
  container,
  secretName,
  key,
  variable,
  path,
}) => {
  if (way !== "env" || container === undefined) return undefined;
  const { workload } = template;
  return {
    rule: "mounts/SecretInEnvironment",
    practice: "mounts",
    severity: "medium",
    subject: subjectOf(workload, formatFieldPath(path)),
    message: `${titleOf(workload)} passes Secret ${secretName} to container ${container.name} in variable ${variable}`,
    evidence: {
      secret: secretName,
      ...(key === undefined ? {} : { key }),
      container: container.name,
      list: container.list,
    },
    hint: "a variable shows in /proc, crash dumps and child processes, and keeps the old value until the container restarts, so rotation means a restart",
    fix: mountFix(secretName, key, `${variable}_FILE`),
  };
};

function mountFix(secretName: string, key: string | undefined, variable: string): string {
  return `volumes: [{ name: ${secretName}, secret: { secretName: ${secretName} } }]\nvolumeMounts: [{ name: ${secretName}, mountPath: /run/secrets/${secretName}, readOnly: true }]\nenv: [{ name: ${variable}, value: /run/secrets/${secretName}/${key ?? "KEY"} }]`;
}
