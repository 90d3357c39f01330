import type { Check } from "../../../kernel/check.ts";
import { shellWord } from "../../../kernel/finding/shell-word.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import { reachOf } from "../foreign.ts";
import type { BoundReader } from "../model.ts";

/** A ClusterRoleBinding opens all namespaces to a service account of one. Operators need it at times; then it is theirs alone. */
export const serviceAccountReadsSecretsEverywhere: Check<BoundReader, World> = ({ reader, readsAll }) => {
  const { subject, binding } = reader;
  if (binding.kind !== "ClusterRoleBinding" || subject.kind !== "ServiceAccount") return undefined;
  return {
    rule: "isolation/ServiceAccountReadsSecretsEverywhere",
    practice: "isolation",
    severity: subject.namespace === "kube-system" ? "low" : readsAll ? "high" : "medium",
    subject: subjectOf(binding.object, `subjects[${subject.index}]`),
    message: `${titleOf(binding.object)} lets service account ${subject.namespace}/${subject.name} read ${reachOf(reader, readsAll)}`,
    evidence: { role: `${binding.roleKind} ${binding.roleName}`, from: subject.namespace ?? "" },
    hint: `whoever may create pods in namespace ${subject.namespace} can act as this service account and read the Secrets of all others`,
    fix: `kubectl delete clusterrolebinding ${shellWord(binding.name)}, then bind the role by a RoleBinding in each namespace that it is for`,
  };
};
