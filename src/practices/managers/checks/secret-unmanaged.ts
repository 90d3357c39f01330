import type { Check } from "../../../kernel/check.ts";
import { nameOf, namespaceOf, subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { ClusterSecret } from "../model.ts";

/** A deployer (Helm, Argo CD) knows the Secret but takes the value from a chart or from Git: it is no manager, but less bad than a hand. */
export const secretUnmanaged: Check<ClusterSecret, World> = ({ object, type, manager, deployedBy }) => {
  if (manager !== undefined) return undefined;
  const [namespace, name] = [namespaceOf(object) ?? "default", nameOf(object)];
  return {
    rule: "managers/SecretUnmanaged",
    practice: "managers",
    severity: deployedBy === "Helm" || deployedBy === "Argo CD" || deployedBy === "Flux" ? "low" : "medium",
    subject: subjectOf(object),
    message: `nothing manages ${titleOf(object)}`,
    evidence: {
      type,
      known: "no owner reference, and no type, label, annotation or field manager of a secret manager",
      ...(deployedBy === undefined ? {} : { deployedBy }),
    },
    hint: "nobody rotates it, nothing brings it back when it is deleted, and its only copy may be in this cluster",
    fix: `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n  secretStoreRef: { kind: ClusterSecretStore, name: YOUR_STORE }\n  target: { name: ${name} }\n  dataFrom: [{ extract: { key: ${namespace}/${name} } }]`,
  };
};
