import type { Check } from "../../../kernel/check.ts";
import { shellWord } from "../../../kernel/finding/shell-word.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { DefaultRoleBinding } from "../model.ts";

/** In one namespace `admin` and `edit` are for the team that owns it; cluster-wide, or as cluster-admin, they open everybody's. */
export const defaultRoleOpensSecrets: Check<DefaultRoleBinding, World> = ({ binding, access }) => {
  const everywhere = binding.kind === "ClusterRoleBinding";
  const who = binding.subjects.map(
    ({ kind, name, namespace }) => `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
  );
  return {
    rule: "access/DefaultRoleOpensSecrets",
    practice: "access",
    severity: everywhere ? "high" : "low",
    subject: subjectOf(binding.object, "roleRef"),
    message: `${titleOf(binding.object)} grants ${binding.roleName}, which reads every Secret of ${everywhere ? "the cluster" : `namespace ${binding.namespace}`}`,
    evidence: { subjects: who.join(", "), verbs: access.verbs.join(", ") },
    hint: "cluster-admin, admin and edit read all Secrets in their reach; view does not",
    fix: everywhere
      ? `kubectl delete clusterrolebinding ${shellWord(binding.name)}, then bind view, or a role that names what is needed, in the namespaces that need it`
      : `bind view instead: kubectl create rolebinding ${shellWord(`${binding.name}-view`)} --clusterrole=view -n ${shellWord(binding.namespace ?? "default")} …, and a Role with resourceNames for the Secrets that are needed`,
  };
};
