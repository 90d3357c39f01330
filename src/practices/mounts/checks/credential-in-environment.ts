import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { LiteralVariable } from "../model.ts";

/** A credential written into a workload is read by everybody who may read the workload, and by Git. */
export const credentialInEnvironment: Check<LiteralVariable, World> = ({ template, container, name, sign, path }) => {
  if (sign === undefined) return undefined;
  const { workload } = template;
  return {
    rule: "mounts/CredentialInEnvironment",
    practice: "mounts",
    severity: "high",
    subject: subjectOf(workload, formatFieldPath(path)),
    message: `${titleOf(workload)} holds a credential in variable ${name} of container ${container.name}`,
    evidence: { variable: name, known: sign, container: container.name, list: container.list },
    hint: "whoever may read workloads, which roles such as view include, reads it; so does everybody with the manifest",
    fix: `move the value into your manager, let an ExternalSecret bring it as a Secret, mount that as a file and name the file in ${name}_FILE; then rotate the value`,
  };
};
