import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import type { Source } from "../../model/world/world.ts";
import { access } from "./index.ts";

const RBAC = "apiVersion: rbac.authorization.k8s.io/v1";
const role = (rules: string, kind = "Role", metadata = "name: r, namespace: shop"): string =>
  `${RBAC}\nkind: ${kind}\nmetadata: {${metadata}}\nrules:\n${rules}`;
const rule = (fields: string): string => `- {${fields}}\n`;
const binding = (kind: string, roleKind: string, name: string, metadata = "name: b, namespace: shop"): string =>
  `---\n${RBAC}\nkind: ${kind}\nmetadata: {${metadata}}\nroleRef: {kind: ${roleKind}, name: ${name}}\nsubjects: [{kind: User, name: ada}]\n`;
const OPEN = rule('apiGroups: [""], resources: [secrets], verbs: [list]');

const cases: Record<string, { fails: Record<string, string>; passes: Record<string, string> }> = {
  "access/RoleReadsEverySecret": {
    fails: {
      get: role(rule('apiGroups: [""], resources: ["secrets"], verbs: ["get"]')),
      "every verb": role(rule('apiGroups: [""], resources: [pods, secrets], verbs: ["*"]')),
      "every group": role(rule('apiGroups: ["*"], resources: [secrets], verbs: [watch]')),
      "a ClusterRole": role(OPEN, "ClusterRole", "name: r"),
      "a name like a built-in one": role(OPEN, "ClusterRole", "name: system:mine"),
      "a forged label": role(OPEN, "ClusterRole", "name: mine, labels: {kubernetes.io/bootstrapping: rbac-defaults}"),
    },
    passes: {
      "with resourceNames": role(rule('apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]')),
      "another group": role(rule("apiGroups: [apps], resources: [secrets], verbs: [get]")),
      "writing only": role(rule('apiGroups: [""], resources: [secrets], verbs: [create, delete]')),
      "no rules": role("  []\n"),
      "a built-in role": role(
        OPEN,
        "ClusterRole",
        "name: system:node, labels: {kubernetes.io/bootstrapping: rbac-defaults}",
      ),
    },
  },
  "access/WildcardReachesSecrets": {
    fails: {
      "every resource": role(rule('apiGroups: [""], resources: ["*"], verbs: [get]')),
      everything: role(rule('apiGroups: ["*"], resources: ["*"], verbs: ["*"]'), "ClusterRole", "name: r"),
    },
    passes: {
      "every resource of another group": role(rule('apiGroups: [apps], resources: ["*"], verbs: ["*"]')),
      "every subresource of one name": role(rule('apiGroups: [""], resources: ["*/scale"], verbs: ["*"]')),
    },
  },
  "access/DefaultRoleOpensSecrets": {
    fails: {
      "cluster-admin, which files leave out": binding("ClusterRoleBinding", "ClusterRole", "cluster-admin", "name: b"),
      "edit in a namespace": binding("RoleBinding", "ClusterRole", "edit"),
    },
    passes: {
      view: binding("RoleBinding", "ClusterRole", "view"),
      "a role of one's own": role(OPEN) + binding("RoleBinding", "Role", "r"),
      "a built-in binding": binding(
        "ClusterRoleBinding",
        "ClusterRole",
        "cluster-admin",
        "name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}",
      ),
      "a Role with the name of a ClusterRole": binding("RoleBinding", "Role", "edit"),
    },
  },
};

test("every check of the practice has cases here", () => {
  assert.deepEqual(
    Object.keys(cases),
    access.parts.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  );
});

for (const [name, { fails, passes }] of Object.entries(cases)) {
  for (const [what, text] of Object.entries(fails)) {
    test(`${name}: ${what} is found once`, () => {
      assert.deepEqual(
        findingsIn(access, text).map(({ rule }) => rule),
        [name],
      );
    });
  }
  for (const [what, text] of Object.entries(passes)) {
    test(`${name}: ${what} is in order`, () => {
      assert.deepEqual(
        findingsIn(access, text).filter(({ rule }) => rule === name),
        [],
      );
    });
  }
}

const clusterRole = role(OPEN, "ClusterRole", "name: r");
const severities: readonly [string, string, Source, string][] = [
  ["a Role in files, which may be bound elsewhere", role(OPEN), "files", "high"],
  ["a ClusterRole in files that nothing binds", clusterRole, "files", "medium"],
  ["a Role of a cluster that nothing binds", role(OPEN), "cluster", "low"],
  ["a bound Role of a cluster", role(OPEN) + binding("RoleBinding", "Role", "r"), "cluster", "high"],
  [
    "a bound ClusterRole",
    clusterRole + binding("ClusterRoleBinding", "ClusterRole", "r", "name: b"),
    "cluster",
    "high",
  ],
  [
    "a Role bound in another namespace",
    role(OPEN) + binding("RoleBinding", "Role", "r", "name: b, namespace: other"),
    "cluster",
    "low",
  ],
];
for (const [name, text, source, severity] of severities) {
  test(`severity: ${name} is ${severity}`, () => {
    assert.equal(findingsIn(access, text, source)[0]?.severity, severity);
  });
}

test("a part that a bound ClusterRole aggregates counts as bound, and is told once", () => {
  const part = role(OPEN, "ClusterRole", "name: part, labels: {team: shop}");
  const whole = `---\n${RBAC}\nkind: ClusterRole\nmetadata: {name: whole}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {team: shop}}]}\nrules:\n${OPEN}`;
  const findings = findingsIn(
    access,
    part + whole + binding("ClusterRoleBinding", "ClusterRole", "whole", "name: b"),
    "cluster",
  );
  assert.deepEqual(
    findings.map(({ subject, severity }) => [subject.name, severity]),
    [["part", "high"]],
  );
  assert.equal(findings[0]?.evidence?.["boundBy"], "ClusterRoleBinding b");
});
