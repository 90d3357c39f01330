import type { Check } from "../../../kernel/check.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { WalledNamespace } from "../model.ts";

/** Without a NetworkPolicy that selects every pod for Egress, all outgoing connections are allowed. */
export const namespaceLacksDefaultDenyEgress: Check<WalledNamespace, World> = ({
  object,
  name,
  grade,
  deniesEgress,
}) => {
  if (deniesEgress) return undefined;
  return {
    rule: "isolation/NamespaceLacksDefaultDenyEgress",
    practice: "isolation",
    severity: grade === "own" ? "low" : grade === "default" ? "low" : "info",
    subject: subjectOf(object),
    message: `namespace ${name} lets every outgoing connection through`,
    evidence: { known: "no NetworkPolicy selects every pod for Egress without allowing everything" },
    hint: "a pod that was taken over may send what it read to any address",
    fix: `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: default-deny-egress, namespace: ${name} }\nspec: { podSelector: {}, policyTypes: [Egress] } # then allow DNS and what the pods need`,
  };
};
