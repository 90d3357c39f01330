import type { Check } from "../../../kernel/check.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { WalledNamespace } from "../model.ts";

/** Without a NetworkPolicy that selects every pod for Ingress, all incoming connections are allowed. */
export const namespaceLacksDefaultDenyIngress: Check<WalledNamespace, World> = ({
  object,
  name,
  grade,
  deniesIngress,
}) => {
  if (deniesIngress) return undefined;
  return {
    rule: "isolation/NamespaceLacksDefaultDenyIngress",
    practice: "isolation",
    severity: grade === "own" ? "medium" : grade === "default" ? "low" : "info",
    subject: subjectOf(object),
    message: `namespace ${name} lets every incoming connection through`,
    evidence: { known: "no NetworkPolicy selects every pod for Ingress without allowing everything" },
    hint: "whatever runs anywhere in the cluster may connect to its pods, also to those that hold secrets",
    fix: `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: default-deny-ingress, namespace: ${name} }\nspec: { podSelector: {}, policyTypes: [Ingress] }`,
  };
};
