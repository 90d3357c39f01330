import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { ClusterSecretStores, StorePolicies } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start({ controllerManager: true });
  for (const [name, labels] of [
    ["team-a", { tier: "gold" }],
    ["team-b", { tier: "lead" }],
  ] as const) {
    await rig.namespace(name, labels);
  }
  await rig.operator();
});
after(() => rig?.[Symbol.asyncDispose]());

const fromCluster = (store: string, data: Readonly<Record<string, string>>): object =>
  wants(store, data, { secretStoreRef: { kind: "ClusterSecretStore", name: store } });

test("a cluster store's conditions decide who may use it: by name, by label, by pattern", async () => {
  const values = fake({ k: "v" });
  await rig.clusterStore("by-label", {
    ...values,
    conditions: [{ namespaceSelector: { matchLabels: { tier: "gold" } } }],
  });
  await rig.clusterStore("by-pattern", { ...values, conditions: [{ namespaceRegexes: ["^team-[b-z]$"] }] });
  await rig.externalSecret("team-a", "by-label", fromCluster("by-label", { k: "k" }));
  await rig.externalSecret("team-b", "by-label", fromCluster("by-label", { k: "k" }));
  await rig.externalSecret("team-a", "by-pattern", fromCluster("by-pattern", { k: "k" }));
  await rig.externalSecret("team-b", "by-pattern", fromCluster("by-pattern", { k: "k" }));
  await rig.ready("team-a", "by-label");
  await rig.ready("team-b", "by-pattern");
  const refused = { status: "False", message: /conditions do not admit namespace/ };
  await rig.ready("team-b", "by-label", refused);
  await rig.ready("team-a", "by-pattern", refused);
  assert.equal(await rig.secret("team-b", "by-label"), undefined);
});

test("what is cached for one namespace is not served to another that a StorePolicy forbids it", async () => {
  await rig.clusterStore("shared", fake({ "team-a/db": "for-a", "team-b/db": "for-b" }));
  await rig.kube.cluster(StorePolicies).create({
    metadata: { name: "own-keys" },
    spec: {
      stores: [{ kind: "ClusterSecretStore", name: "shared" }],
      rules: [{ namespaces: [{ namespaceRegexes: [".*"] }], keys: ["{namespace}/**"] }],
    },
  });
  await rig.externalSecret("team-a", "own", fromCluster("shared", { db: "team-a/db" }));
  await rig.ready("team-a", "own");
  await rig.externalSecret("team-b", "others", fromCluster("shared", { db: "team-a/db" }));
  await rig.externalSecret("team-b", "own", fromCluster("shared", { db: "team-b/db" }));
  await rig.ready("team-b", "own");
  const refused = { status: "False", message: /denied: no StorePolicy lets namespace team-b read this key/ };
  await rig.ready("team-b", "others", refused);
  assert.equal(await rig.secret("team-b", "others"), undefined);
});

test("a cluster store of another class is left alone, and so is who names it", async () => {
  await rig.clusterStore("theirs", { ...fake({ k: "v" }), controller: "other" });
  await rig.externalSecret("team-a", "of-theirs", fromCluster("theirs", { k: "k" }));
  await rig.clusterStore("ours", { ...fake({ k: "v" }), controller: "default" });
  await rig.externalSecret("team-a", "of-ours", fromCluster("ours", { k: "k" }));
  await rig.ready("team-a", "of-ours");
  const left = await rig.get("team-a", "of-theirs");
  assert.equal(left?.status, undefined);
  assert.equal(left?.metadata.finalizers, undefined);
  assert.equal((await rig.kube.cluster(ClusterSecretStores).get("theirs")).status, undefined);
  assert.equal(await rig.secret("team-a", "of-theirs"), undefined);
});

test("CVE-2025-55196: a namespaced store is found in the asking namespace alone", async () => {
  await rig.secretStore("team-a", "private", fake({ k: "v" }));
  await rig.externalSecret("team-b", "reaches-over", wants("private", { k: "k" }));
  await rig.ready("team-b", "reaches-over", { status: "False", message: /there is no such store/ });
});

test("CVE-2026-42875: a namespaced store whose reference names another namespace is refused, whatever the kind", async () => {
  const caProvider = { type: "ConfigMap", name: "kube-root-ca.crt", key: "ca.crt", namespace: "team-b" };
  const auth = { serviceAccount: { name: "default" } };
  const provider = { kubernetes: { server: { url: rig.plane.server, caProvider }, auth } };
  await rig.secretStore("team-a", "foreign-ca", { provider });
  await rig.externalSecret("team-a", "foreign-ca", wants("foreign-ca", { k: "k" }));
  const refused = { status: "False", message: /refers to ConfigMap kube-root-ca\.crt of namespace team-b/ };
  await rig.ready("team-a", "foreign-ca", refused);
});

test("CVE-2026-42876: a Secret that is a ServiceAccount's token is neither made nor written to", async () => {
  const type = "kubernetes.io/service-account-token";
  const annotations = { "kubernetes.io/service-account.name": "default" };
  const secrets = rig.kube.namespaced(Secrets, "team-a");
  await secrets.create({ metadata: { name: "sa-token", annotations }, type });
  await rig.secretStore("team-a", "fake", fake({ k: "v" }));
  const target = { name: "sa-token", creationPolicy: "Merge" };
  await rig.externalSecret("team-a", "sa-merge", wants("fake", { k: "k" }, { target }));
  await rig.ready("team-a", "sa-merge", { status: "False", message: /service-account-token is not written to/ });
  await rig.externalSecret("team-a", "sa-new", wants("fake", { k: "k" }), { annotations });
  await rig.ready("team-a", "sa-new");
  const made = await rig.secret("team-a", "sa-new");
  assert.equal(made?.type, "Opaque");
  assert.deepEqual(Object.keys(made?.data ?? {}), ["k"]);
});

test("the kubernetes store reads with the rights of a ServiceAccount of its own namespace, and no further", async () => {
  await rig.kube
    .namespaced(Secrets, "team-b")
    .create({ metadata: { name: "source" }, data: { p: Secret.fromText("s") } });
  const caProvider = { type: "ConfigMap", name: "kube-root-ca.crt", key: "ca.crt" };
  const kubernetes = {
    server: { url: rig.plane.server, caProvider },
    remoteNamespace: "team-b",
    auth: { serviceAccount: { name: "default" } },
  };
  await rig.secretStore("team-a", "kubernetes", { provider: { kubernetes } });
  await rig.externalSecret("team-a", "read", wants("kubernetes", {}, { dataFrom: [{ extract: { key: "source" } }] }));
  await rig.ready("team-a", "read", { status: "False", message: /denied/ });
  const subject = { kind: "ServiceAccount", name: "default", namespace: "team-a" };
  await rig.allow("team-b", "reader", subject, [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]);
  await rig.ready("team-a", "read");
  assert.deepEqual(await rig.values("team-a", "read"), { p: "s" });
});

test("a cluster store on the kubernetes provider asks as the ServiceAccount of whoever uses it", async () => {
  const secrets = rig.kube.namespaced(Secrets, "kube-public");
  await secrets.create({ metadata: { name: "shared" }, data: { p: Secret.fromText("for those who may") } });
  const caProvider = { type: "ConfigMap", name: "kube-root-ca.crt", key: "ca.crt" };
  const kubernetes = {
    server: { url: rig.plane.server, caProvider },
    remoteNamespace: "kube-public",
    auth: { serviceAccount: { name: "default" } },
  };
  await rig.clusterStore("referent", { provider: { kubernetes } });
  const subject = { kind: "ServiceAccount", name: "default", namespace: "team-a" };
  await rig.allow("kube-public", "reader", subject, [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]);
  for (const namespace of ["team-a", "team-b"]) {
    await rig.externalSecret(namespace, "referent", {
      ...fromCluster("referent", {}),
      dataFrom: [{ extract: { key: "shared" } }],
    });
  }
  await rig.ready("team-a", "referent");
  assert.deepEqual(await rig.values("team-a", "referent"), { p: "for those who may" });
  await rig.ready("team-b", "referent", { status: "False", message: /denied/ });
  assert.equal(await rig.secret("team-b", "referent"), undefined);
  await rig.until("the store says that it depends on who asks", async () => {
    const { status } = await rig.kube.cluster(ClusterSecretStores).get("referent");
    return status?.conditions?.some(({ reason }) => reason === "ValidationUnknown") === true;
  });
});
