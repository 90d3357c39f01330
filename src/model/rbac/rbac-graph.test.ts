import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { RbacGraph } from "./rbac-graph.ts";
import { selects } from "./rbac-objects.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";
const rule = (resourceNames: string[] = [], verbs = ["get"]): object => ({
  apiGroups: [""],
  resources: ["secrets"],
  verbs,
  resourceNames,
});
const role = (name: string, namespace: string, ...rules: object[]): KubeObject => ({
  apiVersion,
  kind: "Role",
  metadata: { name, namespace },
  rules,
});
const clusterRole = (name: string, more: object): KubeObject => ({
  apiVersion,
  kind: "ClusterRole",
  metadata: { name },
  ...more,
});
const bind = (name: string, roleRef: object, subjects: object[], namespace?: string): KubeObject => ({
  apiVersion,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  roleRef,
  subjects,
});
const ada = { kind: "User", name: "ada" };

const readers = (...objects: KubeObject[]): string[] =>
  [...new RbacGraph(objects).secretReaders()].map(({ subject, namespace, access }) => {
    const what = access.map(({ verbs, names }) => `${verbs.join("+")} ${names?.join("+") ?? "all"}`);
    const who = subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
    return `${who} in ${namespace ?? "every namespace"}: ${what.join(", ")}`;
  });

test("which subjects can read Secrets where", () => {
  assert.deepEqual(
    readers(
      role("some", "shop", rule(["db"], ["get", "watch"])),
      role("some", "other", rule()),
      clusterRole("all", { rules: [rule([], ["*"])] }),
      clusterRole("none", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }] }),
      bind("a", { kind: "Role", name: "some" }, [ada, { kind: "ServiceAccount", name: "web" }], "shop"),
      bind("b", { kind: "ClusterRole", name: "all" }, [{ kind: "Group", name: "ops" }], "other"),
      bind("c", { kind: "ClusterRole", name: "all" }, [ada]),
      bind("d", { kind: "ClusterRole", name: "none" }, [ada]),
      bind("e", { kind: "Role", name: "missing" }, [ada], "shop"),
    ),
    [
      "ada in shop: get+watch db",
      "shop/web in shop: get+watch db",
      "ops in other: get+list+watch all",
      "ada in every namespace: get+list+watch all",
    ],
  );
});

test("a service account that is bound by its user name is that account", () => {
  const user = { kind: "User", name: "system:serviceaccount:other:web" };
  assert.deepEqual(
    readers(role("some", "shop", rule(["db"])), bind("a", { kind: "Role", name: "some" }, [user], "shop")),
    ["other/web in shop: get db"],
  );
});

test("aggregated ClusterRoles read what their parts read, through several stages and around circles", () => {
  const part = (label: string, selects: string | undefined, rules: object[]): object => ({
    metadata: { name: label, labels: { part: label } },
    rules,
    ...(selects === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: selects } }] } }),
  });
  assert.deepEqual(
    readers(
      clusterRole("a", part("a", "b", [])),
      clusterRole("b", part("b", "c", [])),
      clusterRole("c", part("c", "a", [rule()])),
      bind("x", { kind: "ClusterRole", name: "a" }, [ada]),
    ),
    ["ada in every namespace: get all"],
  );
});

test("the default roles are known where the input leaves them out, and read where it has them", () => {
  const bound = bind("x", { kind: "ClusterRole", name: "edit" }, [ada], "shop");
  assert.deepEqual(readers(bound), ["ada in shop: get+list+watch all"]);
  assert.deepEqual(readers(bound, clusterRole("edit", { rules: [] })), []);
});

test("label selectors select as Kubernetes has it", () => {
  const expression = (key: string, operator: string, values?: string[]): boolean =>
    selects({ matchLabels: {}, matchExpressions: [{ key, operator, values }] }, { a: "1" });
  assert.deepEqual(
    [
      expression("a", "In", ["1"]),
      expression("a", "NotIn", ["1"]),
      expression("b", "NotIn", ["1"]),
      expression("a", "Exists"),
      expression("b", "DoesNotExist"),
      expression("a", "Near", ["1"]),
    ],
    [true, false, true, true, true, false],
  );
});
