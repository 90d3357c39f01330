import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { servesResource } from "../../kernel/kube/access/server-facts.ts";
import { ensureCrds } from "../../kernel/kube/crd/ensure-crds.ts";
import { CustomResourceDefinitions, Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { MANAGER_CRDS } from "../../practices/managers/crds.ts";
import { ExternalSecrets, SecretStores, StorePolicies } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.kube.cluster(CustomResourceDefinitions).delete("storepolicies.kustody.dev");
  await rig.until("StorePolicy is gone", async () => !(await servesResource(rig.kube, StorePolicies)));
  await rig.secretStore("default", "fake", fake({ k: "v", l: "w" }));
  await rig.operator();
});
after(() => rig?.[Symbol.asyncDispose]());

test("a StorePolicy whose CRD was installed after the operator started refuses without a restart", async () => {
  await rig.secretStore("default", "limited", fake({ k: "v", "allowed/k": "v" }));
  // Nothing of these is due for an hour.
  await rig.externalSecret("default", "before-policy", wants("limited", { k: "k" }));
  await rig.externalSecret("default", "allowed-too", wants("limited", { k: "allowed/k" }));
  for (const name of ["before-policy", "allowed-too"]) await rig.ready("default", name);
  const before = (await rig.get("default", "allowed-too"))?.metadata.resourceVersion;
  await ensureCrds(rig.kube, MANAGER_CRDS);
  await rig.kube.cluster(StorePolicies).create({
    metadata: { name: "late" },
    spec: {
      stores: [{ kind: "SecretStore", namespace: "default", name: "limited" }],
      rules: [{ namespaces: [{ namespaces: ["default"] }], keys: ["allowed/*"] }],
    } as never,
  });
  const spec = wants("limited", { k: "k" }, { refreshInterval: "1s" });
  await rig.externalSecret("default", "after-policy", spec);
  const refused = { status: "False", message: /no StorePolicy lets namespace default/ };
  await rig.ready("default", "after-policy", refused);
  await rig.ready("default", "before-policy", refused);
  assert.deepEqual(await rig.values("default", "before-policy"), { k: "v" });
  await rig.kube.cluster(StorePolicies).delete("late");
  await rig.ready("default", "before-policy");
  assert.equal((await rig.get("default", "allowed-too"))?.metadata.resourceVersion, before);
});

test("a policy that cannot be understood closes every store at once, until it is gone", async () => {
  await rig.externalSecret("default", "bystander", wants("fake", { k: "k" }));
  await rig.ready("default", "bystander");
  // Our CRD would not take it: one of an older or newer version might.
  const name = "storepolicies.kustody.dev";
  const loose = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const crds = rig.kube.cluster(CustomResourceDefinitions);
  const crd = await crds.get(name);
  const [version] = (crd["spec"] as { versions: object[] }).versions;
  await crds.mergePatch(name, { spec: { versions: [{ ...version, schema: loose }] } });
  const policies = rig.kube.cluster(StorePolicies);
  await rig.until("it is taken", async () => {
    const body = { metadata: { name: "strange" }, spec: { stores: "all" } as never };
    return (await policies.create(body).catch(() => undefined)) !== undefined;
  });
  await rig.ready("default", "bystander", { status: "False", message: /StorePolicy strange cannot be understood/ });
  await policies.delete("strange");
  await rig.ready("default", "bystander");
});

test("creationPolicy Orphan and CreateOrMerge create and own nothing, None creates nothing", async () => {
  for (const creationPolicy of ["Orphan", "CreateOrMerge"]) {
    const name = creationPolicy.toLowerCase();
    await rig.externalSecret("default", name, wants("fake", { k: "k" }, { target: { creationPolicy } }));
    await rig.ready("default", name, { reason: "SecretSynced" });
    assert.deepEqual(await rig.values("default", name), { k: "v" });
    assert.equal((await rig.secret("default", name))?.metadata.ownerReferences, undefined);
    await rig.kube.namespaced(ExternalSecrets, "default").delete(name);
    await rig.until("deleted", async () => (await rig.get("default", name)) === undefined);
    assert.deepEqual(await rig.values("default", name), { k: "v" });
  }
  await rig.externalSecret("default", "none", wants("fake", { k: "k" }, { target: { creationPolicy: "None" } }));
  await rig.ready("default", "none", { reason: "SecretSynced" });
  assert.equal(await rig.secret("default", "none"), undefined);
});

test("an immutable target whose remote value changed says so, and its data stays", async () => {
  await rig.secretStore("default", "changing", fake({ k: "one" }));
  const more = { target: { immutable: true }, refreshInterval: "1s" };
  await rig.externalSecret("default", "immutable", wants("changing", { k: "k" }, more));
  await rig.ready("default", "immutable", { reason: "SecretSynced" });
  assert.equal((await rig.secret("default", "immutable"))?.immutable, true);
  await rig.kube.namespaced(SecretStores, "default").mergePatch("changing", { spec: fake({ k: "two" }) });
  await rig.patch("default", "immutable", { metadata: { annotations: { "external-secrets.io/force-sync": "1" } } });
  await rig.ready("default", "immutable", {
    status: "False",
    message: /^could not update secret, target is immutable/,
  });
  assert.deepEqual(await rig.values("default", "immutable"), { k: "one" });
});

test("a key that the spec dropped leaves a target that is merged into, the key of somebody else stays", async () => {
  await rig.kube
    .namespaced(Secrets, "default")
    .create({ metadata: { name: "merged" }, data: { theirs: Secret.fromText("stays") } });
  const target = { creationPolicy: "Merge" };
  await rig.externalSecret("default", "merged", wants("fake", { k: "k", l: "l" }, { target }));
  await rig.ready("default", "merged", { reason: "SecretSynced" });
  assert.deepEqual(await rig.values("default", "merged"), { theirs: "stays", k: "v", l: "w" });
  await rig.patch("default", "merged", { spec: wants("fake", { k: "k" }, { target }) });
  await rig.until("our key is gone", async () => !("l" in ((await rig.values("default", "merged")) ?? {})));
  assert.deepEqual(await rig.values("default", "merged"), { theirs: "stays", k: "v" });
});

test("a key that vanished from the store: Retain fails and keeps, Merge and Delete drop that key alone", async () => {
  await rig.secretStore("default", "vanishing", fake({ k: "v", gone: "g" }));
  for (const deletionPolicy of ["Retain", "Merge", "Delete"]) {
    const more = { target: { deletionPolicy } };
    const name = `vanishing-${deletionPolicy.toLowerCase()}`;
    await rig.externalSecret("default", name, wants("vanishing", { k: "k", gone: "gone" }, more));
    await rig.ready("default", name, { reason: "SecretSynced" });
  }
  await rig.kube
    .namespaced(SecretStores, "default")
    .mergePatch("vanishing", { spec: { provider: { fake: { data: [{ key: "k", value: "v" }] } } } });
  const force = { metadata: { annotations: { "external-secrets.io/force-sync": "1" } } };
  for (const name of ["vanishing-merge", "vanishing-delete", "vanishing-retain"])
    await rig.patch("default", name, force);
  for (const name of ["vanishing-merge", "vanishing-delete"]) {
    await rig.until(
      `${name} lost its key`,
      async () => !("gone" in ((await rig.values("default", name)) ?? { gone: "" })),
    );
    assert.deepEqual(await rig.values("default", name), { k: "v" });
  }
  await rig.ready("default", "vanishing-retain", {
    status: "False",
    message: /could not get secret data from provider/,
  });
  assert.deepEqual(await rig.values("default", "vanishing-retain"), { k: "v", gone: "g" });
});
