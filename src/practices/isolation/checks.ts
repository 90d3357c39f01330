import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { everyoneReadsSecrets } from "./checks/everyone-reads-secrets.ts";
import { foreignServiceAccountReadsSecrets } from "./checks/foreign-service-account-reads-secrets.ts";
import { namespaceLacksDefaultDenyEgress } from "./checks/namespace-lacks-default-deny-egress.ts";
import { namespaceLacksDefaultDenyIngress } from "./checks/namespace-lacks-default-deny-ingress.ts";
import { serviceAccountReadsSecretsEverywhere } from "./checks/service-account-reads-secrets-everywhere.ts";
import type { BoundReader, WalledNamespace } from "./model.ts";

export const NAMESPACE_CHECKS: readonly ListedCheck<WalledNamespace, World>[] = [
  {
    rule: "isolation/NamespaceLacksDefaultDenyIngress",
    severity: "medium",
    check: namespaceLacksDefaultDenyIngress,
    remark: "no NetworkPolicy closes the namespace's pods to connections that nothing allows",
  },
  {
    rule: "isolation/NamespaceLacksDefaultDenyEgress",
    severity: "low",
    check: namespaceLacksDefaultDenyEgress,
    remark: "no NetworkPolicy keeps the namespace's pods from connecting to wherever they like",
  },
];

export const READER_CHECKS: readonly ListedCheck<BoundReader, World>[] = [
  {
    rule: "isolation/EveryoneReadsSecrets",
    severity: "critical",
    check: everyoneReadsSecrets,
    remark: "a binding lets a group of everybody, or all service accounts of another namespace, read Secrets",
  },
  {
    rule: "isolation/ForeignServiceAccountReadsSecrets",
    severity: "high",
    check: foreignServiceAccountReadsSecrets,
    remark: "a RoleBinding lets a service account of another namespace read Secrets",
  },
  {
    rule: "isolation/ServiceAccountReadsSecretsEverywhere",
    severity: "high",
    check: serviceAccountReadsSecretsEverywhere,
    remark: "a ClusterRoleBinding lets a service account read Secrets of every namespace",
  },
];
