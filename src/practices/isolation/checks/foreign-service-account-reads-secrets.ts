import type { Check } from "../../../kernel/check.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import { reachOf } from "../foreign.ts";
import type { BoundReader } from "../model.ts";

/** A RoleBinding may name a service account of another namespace: whoever may make pods there reads here. */
export const foreignServiceAccountReadsSecrets: Check<BoundReader, World> = ({ reader, readsAll }) => {
  const { subject, binding } = reader;
  if (binding.kind !== "RoleBinding" || subject.kind !== "ServiceAccount" || subject.namespace === binding.namespace)
    return undefined;
  return {
    rule: "isolation/ForeignServiceAccountReadsSecrets",
    practice: "isolation",
    severity: subject.namespace === "kube-system" ? "low" : readsAll ? "high" : "medium",
    subject: subjectOf(binding.object, `subjects[${subject.index}]`),
    message: `${titleOf(binding.object)} lets service account ${subject.namespace}/${subject.name} read ${reachOf(reader, readsAll)}`,
    evidence: {
      role: `${binding.roleKind} ${binding.roleName}`,
      from: subject.namespace ?? "",
      into: binding.namespace ?? "",
    },
    hint: `whoever may create pods in namespace ${subject.namespace} can act as this service account and read across the wall`,
    fix: `remove subjects[${subject.index}], and give the Secrets that are needed to namespace ${subject.namespace} from your manager`,
  };
};
