import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asText, asTexts, isRecord } from "../../kernel/untyped.ts";
import { groupOf, labelsOf, nameOf, namespaceOf } from "../objects/identity.ts";

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** A rule of a role; `field` names it in the object it stands in. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly index: number;
}

/** A Role (with a namespace) or a ClusterRole (without). */
export interface Role {
  readonly object: KubeObject;
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
  readonly namespace: string | undefined;
  readonly rules: readonly PolicyRule[];
  /** matchLabels of each selector of `aggregationRule`; a selector with matchExpressions is kept whole. */
  readonly aggregates: readonly LabelSelector[];
}

/** A RoleBinding (with a namespace) or a ClusterRoleBinding (without). */
export interface Binding {
  readonly object: KubeObject;
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  readonly name: string;
  readonly namespace: string | undefined;
  readonly roleKind: string;
  readonly roleName: string;
  readonly subjects: readonly BoundSubject[];
}

export interface BoundSubject {
  readonly kind: string;
  readonly name: string;
  /** Of a ServiceAccount; a RoleBinding's own namespace where the subject says none. */
  readonly namespace: string | undefined;
  readonly index: number;
}

/** A label selector as Kubernetes has it. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, unknown>>;
  readonly matchExpressions: readonly unknown[];
}

export function readLabelSelector(value: unknown): LabelSelector {
  const selector = asRecord(value);
  return { matchLabels: asRecord(selector["matchLabels"]), matchExpressions: asList(selector["matchExpressions"]) };
}

/** `object` as a role, where it is one. */
export function readRole(object: KubeObject): Role | undefined {
  if (groupOf(object.apiVersion) !== RBAC_GROUP) return undefined;
  if (object.kind !== "Role" && object.kind !== "ClusterRole") return undefined;
  return {
    object,
    kind: object.kind,
    name: nameOf(object),
    namespace: object.kind === "Role" ? (namespaceOf(object) ?? "default") : undefined,
    rules: asList(object["rules"]).map(readRule),
    aggregates: asList(asRecord(object["aggregationRule"])["clusterRoleSelectors"]).map(readLabelSelector),
  };
}

function readRule(value: unknown, index: number): PolicyRule {
  const rule = asRecord(value);
  return {
    verbs: asTexts(rule["verbs"]),
    apiGroups: asTexts(rule["apiGroups"]),
    resources: asTexts(rule["resources"]),
    resourceNames: asTexts(rule["resourceNames"]),
    index,
  };
}

/** The user name by which the API server knows a service account: a binding to it is one to the account. */
const ACCOUNT_AS_USER = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** `object` as a binding, where it is one. */
export function readBinding(object: KubeObject): Binding | undefined {
  if (groupOf(object.apiVersion) !== RBAC_GROUP) return undefined;
  if (object.kind !== "RoleBinding" && object.kind !== "ClusterRoleBinding") return undefined;
  const namespace = object.kind === "RoleBinding" ? (namespaceOf(object) ?? "default") : undefined;
  const roleRef = asRecord(object["roleRef"]);
  return {
    object,
    kind: object.kind,
    name: nameOf(object),
    namespace,
    roleKind: asText(roleRef["kind"]) ?? "",
    roleName: asText(roleRef["name"]) ?? "",
    subjects: asList(object["subjects"]).map((entry, index) => ({ ...readSubject(asRecord(entry), namespace), index })),
  };
}

function readSubject(
  subject: Readonly<Record<string, unknown>>,
  ownNamespace: string | undefined,
): Omit<BoundSubject, "index"> {
  const kind = asText(subject["kind"]) ?? "";
  const name = asText(subject["name"]) ?? "";
  const account = kind === "User" ? ACCOUNT_AS_USER.exec(name) : null;
  if (account !== null) return { kind: "ServiceAccount", name: account[2] ?? "", namespace: account[1] };
  return {
    kind,
    name,
    namespace: kind === "ServiceAccount" ? (asText(subject["namespace"]) ?? ownNamespace) : undefined,
  };
}

const DEFAULT_ROLES: ReadonlySet<string> = new Set(["cluster-admin", "admin", "edit", "view"]);

/**
 * Whether the API server itself creates and repairs this role or binding at its start: it carries
 * `kubernetes.io/bootstrapping: rbac-defaults` and one of the names that are reserved for that
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings).
 */
export function isBuiltIn(object: KubeObject): boolean {
  if (labelsOf(object)["kubernetes.io/bootstrapping"] !== "rbac-defaults") return false;
  const name = nameOf(object);
  return name.startsWith("system:") || DEFAULT_ROLES.has(name);
}

/** Whether a label selector takes these labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/). */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, unknown>>): boolean {
  const equal = Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
  return (
    equal && selector.matchExpressions.every((expression) => isRecord(expression) && satisfies(expression, labels))
  );
}

function satisfies(expression: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, unknown>>): boolean {
  const value = labels[asText(expression["key"]) ?? ""];
  const values = asTexts(expression["values"]);
  switch (expression["operator"]) {
    case "In":
      return typeof value === "string" && values.includes(value);
    case "NotIn":
      return typeof value !== "string" || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
