import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KustodyError } from "../../kernel/errors.ts";
import {
  type AccessAttributes,
  ClusterRoleBindings,
  CustomResourceDefinitions,
  canI,
  connectKube,
  Deployments,
  type Kube,
  Namespaces,
  requestToken,
  Secrets,
  ServiceAccounts,
  ValidatingWebhookConfigurations,
} from "../../kernel/kube/index.ts";
import { startControlPlane, upstreamCrds } from "../../lab/index.ts";
import { ExternalSecrets } from "../../practices/managers/model/resources.ts";
import { installChart, openHelm } from "./testing/helm.ts";
import { type InstalledChart, installedChart } from "./testing/installed-chart.ts";
import { rightsInReadme } from "./testing/rights.ts";

const OF_THE_CLUSTER = / (namespaces|clustersecretstores|clustersecretstores\/status|storepolicies) /;

function attributesOf(right: string, namespace: string | undefined): AccessAttributes {
  const [group = "", path = "", verb = ""] = right.split(" ");
  const [resource = "", subresource] = path.split("/");
  return {
    verb,
    group: group === "core" ? "" : group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

async function answers(kube: Kube, asked: readonly AccessAttributes[]): Promise<string[]> {
  const allowed = await Promise.all(asked.map(async (attributes) => (await canI(kube, attributes)).allowed));
  return asked.filter((_, index) => allowed[index] === true).map((attributes) => JSON.stringify(attributes));
}

/** What nobody who syncs secrets needs, and what would let a thief go on from there. */
const NEVER: readonly AccessAttributes[] = [
  { verb: "get", resource: "nodes" },
  { verb: "create", resource: "pods" },
  { verb: "create", resource: "pods", subresource: "exec" },
  { verb: "create", resource: "serviceaccounts", subresource: "token" },
  { verb: "get", resource: "serviceaccounts" },
  { verb: "update", resource: "secrets" },
  { verb: "impersonate", resource: "users" },
  { verb: "patch", group: "apps", resource: "deployments" },
  { verb: "create", resource: "namespaces" },
  { verb: "patch", resource: "configmaps" },
  { verb: "create", group: "certificates.k8s.io", resource: "certificatesigningrequests" },
  { verb: "patch", group: "apiextensions.k8s.io", resource: "customresourcedefinitions" },
  { verb: "create", group: "external-secrets.io", resource: "externalsecrets" },
  { verb: "delete", group: "external-secrets.io", resource: "externalsecrets" },
  { verb: "patch", group: "external-secrets.io", resource: "clustersecretstores" },
  { verb: "patch", group: "kustody.dev", resource: "storepolicies" },
  ...["roles", "rolebindings", "clusterroles", "clusterrolebindings"].flatMap((resource) =>
    ["create", "update", "patch", "bind", "escalate"].map((verb) => ({
      verb,
      group: "rbac.authorization.k8s.io",
      resource,
    })),
  ),
];

const WEBHOOKS: readonly AccessAttributes[] = [
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
].flatMap((resource) =>
  ["get", "list", "create", "update", "patch", "delete"].map((verb) => ({
    verb,
    group: "admissionregistration.k8s.io",
    resource,
  })),
);

const TOKENS = { serviceAccountTokens: [{ namespace: "shop", name: "vault-reader" }] };

describe("in the whole cluster", () => {
  const opened = new AsyncDisposableStack();
  let installed: InstalledChart;
  before(async () => {
    installed = await installedChart(TOKENS, opened);
  });
  after(() => opened.disposeAsync());

  test("the chart's ServiceAccount may do what the README says", async () => {
    const rights = await rightsInReadme("src/practices/managers/README.md");
    const denied: string[] = [];
    for (const right of rights) {
      const named = right.includes("leases")
        ? { ...attributesOf(right, "kustody-system"), name: "kustody-operator" }
        : right.includes("serviceaccounts")
          ? { ...attributesOf(right, "shop"), name: "vault-reader" }
          : attributesOf(right, OF_THE_CLUSTER.test(right) ? undefined : "shop");
      if (!(await canI(installed.operator, named)).allowed) denied.push(right);
    }
    assert.deepEqual(denied, []);
  });

  test("it may do nothing that would let a thief go on from there", async () => {
    assert.deepEqual(await answers(installed.operator, NEVER), []);
    const other = { verb: "get", group: "coordination.k8s.io", resource: "leases" };
    assert.deepEqual(
      await answers(installed.operator, [{ ...other, namespace: "kube-system", name: "kube-scheduler" }]),
      [],
    );
  });

  test("CVE-2024-45041: it cannot change webhook configurations, nor read them, and no other account of it can", async () => {
    assert.deepEqual(await answers(installed.operator, WEBHOOKS), []);
    await assert.rejects(installed.operator.cluster(ValidatingWebhookConfigurations).list(), isForbidden);
    const accounts = (await installed.kube.namespaced(ServiceAccounts, "kustody-system").list()).items;
    assert.deepEqual(
      accounts.map(({ metadata }) => metadata.name).sort(),
      ["default", "kustody"],
      "one account, with one job",
    );
  });

  test("tokens are given for the named ServiceAccount, and for no other", async () => {
    const ask = (namespace: string, serviceAccount: string) =>
      requestToken(installed.operator, { namespace, serviceAccount, audiences: [] });
    assert.ok((await ask("shop", "vault-reader")).expires > 0);
    await assert.rejects(ask("shop", "default"), isForbidden);
    await assert.rejects(ask("blog", "vault-reader"), isForbidden);
    await assert.rejects(ask("kube-system", "default"), isForbidden);
  });

  test("the Deployment is accepted as it is, and an upgrade keeps the definitions", async () => {
    const deployments = await installed.kube.namespaced(Deployments, "kustody-system").list();
    assert.deepEqual(
      deployments.items.map(({ metadata }) => metadata.name),
      ["kustody"],
    );
    const definitions = installed.kube.cluster(CustomResourceDefinitions);
    const before = (await definitions.list()).items.map(({ metadata }) => [metadata.name, metadata.uid]);
    assert.equal(before.length, 4);
    await installChart(installed.helm, "upgrade", TOKENS);
    assert.deepEqual(
      (await definitions.list()).items.map(({ metadata }) => [metadata.name, metadata.uid]),
      before,
    );
  });

  test("removing the chart removes its rights, but neither definitions nor objects", async () => {
    const { kube, helm } = installed;
    const api = kube.namespaced(ExternalSecrets, "shop");
    const data = [{ secretKey: "a", remoteRef: { key: "k" } }];
    await api.create({ metadata: { name: "kept" }, spec: { secretStoreRef: { name: "s" }, data } });
    await helm.run("uninstall", "kustody", "-n", "kustody-system");
    assert.equal(await kube.cluster(ClusterRoleBindings).find("kustody"), undefined);
    assert.equal((await kube.cluster(CustomResourceDefinitions).list()).items.length, 4);
    assert.equal((await api.get("kept")).metadata.name, "kept");
    await installChart(helm, "install");
    assert.equal((await api.get("kept")).metadata.name, "kept", "and it can come back");
  });
});

describe("in one namespace", () => {
  const opened = new AsyncDisposableStack();
  let installed: InstalledChart;
  before(async () => {
    installed = await installedChart({ namespaced: true, namespaces: ["shop"] }, opened);
  });
  after(() => opened.disposeAsync());

  test("the chart's ServiceAccount may do in it what the README says, tokens excepted", async () => {
    const rights = (await rightsInReadme("src/practices/managers/README.md")).filter(
      (right) => !OF_THE_CLUSTER.test(right) && !right.includes("serviceaccounts"),
    );
    assert.ok(rights.length > 15);
    for (const right of rights) {
      const name = right.includes("leases") ? { name: "kustody-operator" } : {};
      const { allowed } = await canI(installed.operator, { ...attributesOf(right, "shop"), ...name });
      assert.equal(allowed, true, right);
    }
  });

  test("it reads no Secret of another namespace, not even its own, and none of the cluster", async () => {
    const { kube, operator } = installed;
    await kube.namespaced(Secrets, "blog").create({ metadata: { name: "theirs" } });
    await assert.rejects(operator.namespaced(Secrets, "blog").get("theirs"), isForbidden);
    await assert.rejects(operator.namespaced(Secrets, "blog").list(), isForbidden);
    await assert.rejects(operator.namespaced(Secrets, "kustody-system").list(), isForbidden);
    await assert.rejects(operator.allNamespaces(Secrets).list(), isForbidden);
    await assert.rejects(operator.cluster(Namespaces).list(), isForbidden);
    assert.deepEqual((await operator.namespaced(Secrets, "shop").list()).items, []);
  });

  test("it may do nothing that would let a thief go on from there", async () => {
    const everywhere = [undefined, "shop", "blog", "kustody-system", "kube-system"];
    const asked = [...NEVER, ...WEBHOOKS].flatMap((attributes) =>
      everywhere.map((namespace) => (namespace === undefined ? attributes : { ...attributes, namespace })),
    );
    assert.deepEqual(await answers(installed.operator, asked), []);
  });
});

test("definitions of External Secrets Operator stay as they are, through install, upgrade and removal", async () => {
  await using opened = new AsyncDisposableStack();
  const plane = opened.use(await startControlPlane({ components: { controllerManager: false } }));
  const helm = opened.use(await openHelm(plane.kubeconfig));
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  opened.defer(() => kube.close());
  const api = kube.cluster(CustomResourceDefinitions);
  for (const crd of await upstreamCrds()) await api.create(crd);
  const state = async (): Promise<unknown[]> =>
    (await api.list()).items
      .filter(({ metadata }) => metadata.name.endsWith("external-secrets.io"))
      .map(({ metadata, spec }) => [metadata.name, metadata.uid, metadata.generation, metadata.annotations, spec]);
  const before = await state();
  await installChart(helm, "install");
  assert.deepEqual(await state(), before);
  assert.ok(await api.find("storepolicies.kustody.dev"), "ours, which upstream does not have");
  await installChart(helm, "upgrade");
  assert.deepEqual(await state(), before);
  await helm.run("uninstall", "kustody", "-n", "kustody-system");
  assert.deepEqual(await state(), before);
  assert.ok(await api.find("storepolicies.kustody.dev"));
});

function isForbidden(error: unknown): boolean {
  return error instanceof KustodyError && error.code === "KST_KUBE_FORBIDDEN";
}
