import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import { isolation } from "./index.ts";

const namespace = (name: string): string => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
const policy = (spec: string, where = "shop"): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ${where}}\nspec: {${spec}}\n`;
const RBAC = "apiVersion: rbac.authorization.k8s.io/v1";
const readers = (kind: "Role" | "ClusterRole", names = ""): string =>
  `---\n${RBAC}\nkind: ${kind}\nmetadata: {name: r${kind === "Role" ? ", namespace: shop" : ""}}\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get]${names === "" ? "" : `, resourceNames: [${names}]`}}]\n`;
const bind = (kind: string, roleKind: string, subject: string, metadata = "name: b, namespace: shop"): string =>
  `---\n${RBAC}\nkind: ${kind}\nmetadata: {${metadata}}\nroleRef: {kind: ${roleKind}, name: r}\nsubjects: [${subject}]\n`;
const account = (where: string): string => `{kind: ServiceAccount, name: app, namespace: ${where}}`;
const everywhere = (subject: string): string =>
  readers("ClusterRole") + bind("ClusterRoleBinding", "ClusterRole", subject, "name: b");
const inShop = (subject: string, names = ""): string => readers("Role", names) + bind("RoleBinding", "Role", subject);

const DENY_BOTH = policy("podSelector: {}, policyTypes: [Ingress, Egress]");
const cases: Record<string, { fails: Record<string, string>; passes: Record<string, string> }> = {
  "isolation/NamespaceLacksDefaultDenyIngress": {
    fails: {
      "no policy": namespace("shop"),
      "a policy for some pods":
        namespace("shop") + policy("podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]"),
      "a policy in another namespace": namespace("shop") + policy("podSelector: {}, policyTypes: [Ingress]", "other"),
      "a policy for the other direction": namespace("shop") + policy("podSelector: {}, policyTypes: [Egress]"),
      "a policy that allows everything":
        namespace("shop") + policy("podSelector: {}, policyTypes: [Ingress], ingress: [{}]"),
      "a second policy that opens all": namespace("shop") + DENY_BOTH + policy("podSelector: {}, ingress: [{}]"),
    },
    passes: {
      "default deny": namespace("shop") + DENY_BOTH,
      "without policyTypes": namespace("shop") + policy("podSelector: {}"),
      "all pods closed but for their own namespace":
        namespace("shop") + policy("podSelector: {}, ingress: [{from: [{podSelector: {}}]}]"),
      "kube-public, which holds no pods": namespace("kube-public"),
      "a namespace that the files do not define": policy("podSelector: {matchLabels: {a: b}}"),
    },
  },
  "isolation/NamespaceLacksDefaultDenyEgress": {
    fails: {
      "no policy": namespace("shop"),
      "a policy without policyTypes and egress": namespace("shop") + policy("podSelector: {}"),
      "a policy that allows everything":
        namespace("shop") + policy("podSelector: {}, policyTypes: [Egress], egress: [{}]"),
    },
    passes: {
      "default deny": namespace("shop") + DENY_BOTH,
      "egress to DNS alone":
        namespace("shop") + policy("podSelector: {}, egress: [{ports: [{port: 53, protocol: UDP}]}]"),
    },
  },
  "isolation/EveryoneReadsSecrets": {
    fails: Object.fromEntries(
      [
        "{kind: Group, name: system:authenticated}",
        "{kind: Group, name: system:unauthenticated}",
        "{kind: Group, name: system:serviceaccounts}",
        "{kind: User, name: system:anonymous}",
        "{kind: Group, name: system:serviceaccounts:other}",
      ].map((subject) => [subject, inShop(subject)]),
    ),
    passes: {
      "the namespace's own accounts": inShop("{kind: Group, name: system:serviceaccounts:shop}"),
      "a team": inShop("{kind: Group, name: shop-team}"),
      "a role without secrets": bind(
        "ClusterRoleBinding",
        "ClusterRole",
        "{kind: Group, name: system:authenticated}",
        "name: b",
      ),
    },
  },
  "isolation/ForeignServiceAccountReadsSecrets": {
    fails: {
      "another namespace's account": inShop(account("other")),
      "some Secrets by name": inShop(account("other"), "db"),
    },
    passes: {
      "the namespace's own account": inShop(account("shop")),
      "an account without namespace": inShop("{kind: ServiceAccount, name: app}"),
      "a user": inShop("{kind: User, name: ada}"),
    },
  },
  "isolation/ServiceAccountReadsSecretsEverywhere": {
    fails: {
      "an account of one namespace": everywhere(account("shop")),
      "cluster-admin, which files leave out": bind(
        "ClusterRoleBinding",
        "ClusterRole",
        account("shop"),
        "name: b",
      ).replace("name: r}", "name: cluster-admin}"),
    },
    passes: {
      "a user": everywhere("{kind: User, name: ada}"),
      "a built-in binding": everywhere(account("kube-system")).replace(
        "metadata: {name: b}",
        "metadata: {name: system:b, labels: {kubernetes.io/bootstrapping: rbac-defaults}}",
      ),
    },
  },
};

test("every check of the practice has cases here", () => {
  assert.deepEqual(
    Object.keys(cases),
    isolation.parts.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  );
});

for (const [rule, { fails, passes }] of Object.entries(cases)) {
  for (const [name, text] of Object.entries(fails)) {
    test(`${rule}: ${name} is found once`, () => {
      assert.equal(findingsIn(isolation, text).filter((finding) => finding.rule === rule).length, 1);
    });
  }
  for (const [name, text] of Object.entries(passes)) {
    test(`${rule}: ${name} is in order`, () => {
      assert.deepEqual(
        findingsIn(isolation, text).filter((finding) => finding.rule === rule),
        [],
      );
    });
  }
}

test("namespaces of Kubernetes itself are graded apart", () => {
  const severities = (name: string): string[] => findingsIn(isolation, namespace(name)).map(({ severity }) => severity);
  assert.deepEqual(severities("shop"), ["medium", "low"]);
  assert.deepEqual(severities("default"), ["low", "low"]);
  assert.deepEqual(severities("kube-system"), ["info", "info"]);
});

test("reading some Secrets by name is less bad than reading all, and names them", () => {
  const [all] = findingsIn(isolation, inShop(account("other")));
  const [some] = findingsIn(isolation, inShop(account("other"), "db"));
  assert.deepEqual([all?.severity, some?.severity], ["high", "medium"]);
  assert.match(some?.message ?? "", /read Secret db of namespace shop/);
});
