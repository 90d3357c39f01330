import type { Check } from "../../../kernel/check.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import { isEveryone, reachOf } from "../foreign.ts";
import type { BoundReader } from "../model.ts";

/** Groups that hold every identity of the cluster, or of another namespace, are no walls. */
export const everyoneReadsSecrets: Check<BoundReader, World> = ({ reader, readsAll }) => {
  const { subject, binding } = reader;
  if (!isEveryone(subject, binding.namespace)) return undefined;
  return {
    rule: "isolation/EveryoneReadsSecrets",
    practice: "isolation",
    severity: readsAll ? "critical" : "high",
    subject: subjectOf(binding.object, `subjects[${subject.index}]`),
    message: `${titleOf(binding.object)} lets ${subject.kind} ${subject.name} read ${reachOf(reader, readsAll)}`,
    evidence: { role: `${binding.roleKind} ${binding.roleName}` },
    hint: "every pod of the cluster has an identity in such a group, and system:unauthenticated needs none at all",
    fix: `remove subjects[${subject.index}] and name the service accounts that need it`,
  };
};
