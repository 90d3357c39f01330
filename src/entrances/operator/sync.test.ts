import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { esoDataHash } from "../../kernel/stores/value/eso-hashes.ts";
import { CLEANUP_FINALIZER, createdByOf } from "../../practices/managers/model/names.ts";
import { ExternalSecrets, SecretStores } from "../../practices/managers/model/resources.ts";
import { CRD_SETS } from "../../practices/managers/testing/crd-sets.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

for (const crds of CRD_SETS) {
  describe(`with the CRDs of ${crds}`, () => {
    let rig: OperatorRig;
    before(async () => {
      rig = await OperatorRig.start({ crds });
      await rig.operator();
      await rig.secretStore("default", "fake", fake({ "db/password": "correct-horse", "db/user": "app" }));
    });
    after(() => rig?.[Symbol.asyncDispose]());

    test("an ExternalSecret becomes a Secret and is Ready", async () => {
      await rig.externalSecret("default", "first", wants("fake", { password: "db/password", user: "db/user" }));
      const object = await rig.ready("default", "first", { reason: "SecretSynced", message: /^secret synced$/ });
      assert.deepEqual(await rig.values("default", "first"), { password: "correct-horse", user: "app" });
      const secret = await rig.secret("default", "first");
      await rig.until("it is guarded", async () => {
        const { finalizers } = (await rig.get("default", "first"))?.metadata ?? {};
        return finalizers?.length === 1 && finalizers[0] === CLEANUP_FINALIZER;
      });
      assert.equal(secret?.metadata.labels?.["reconcile.external-secrets.io/managed"], "true");
      assert.equal(
        secret?.metadata.labels?.["reconcile.external-secrets.io/created-by"],
        createdByOf("default", "first"),
      );
      assert.equal(secret?.metadata.ownerReferences?.[0]?.uid, object.metadata.uid);
      assert.equal(object.status?.binding?.name, "first");
    });

    test("extract, property, and several entries of one key; data wins over dataFrom", async () => {
      const value = JSON.stringify({ user: "app", password: "p1", nested: { port: 5432 } });
      await rig.secretStore("default", "json", fake({ config: value, other: "second" }));
      await rig.externalSecret("default", "extracted", {
        secretStoreRef: { name: "json" },
        dataFrom: [{ extract: { key: "config" } }],
        data: [
          { secretKey: "password", remoteRef: { key: "other" } },
          { secretKey: "port", remoteRef: { key: "config", property: "nested.port" } },
        ],
      });
      await rig.ready("default", "extracted");
      assert.deepEqual(await rig.values("default", "extracted"), {
        user: "app",
        password: "second",
        nested: '{"port":5432}',
        port: "5432",
      });
    });

    test("a missing key is named with its place, and the target stays as it is", async () => {
      await rig.externalSecret("default", "loses", wants("fake", { password: "db/password" }));
      await rig.ready("default", "loses");
      await rig.patch("default", "loses", { spec: wants("fake", { password: "db/password", gone: "db/gone" }) });
      const object = await rig.ready("default", "loses", { status: "False", reason: "SecretSyncedError" });
      const message = object.status?.conditions?.[0]?.message ?? "";
      assert.match(
        message,
        /^could not get secret data from provider: spec\.data\[1\] \(key "db\/gone" of SecretStore fake\)/,
      );
      assert.deepEqual(await rig.values("default", "loses"), { password: "correct-horse" });
    });

    test("what is not supported yet is named, and nothing is touched", async () => {
      const manifest = { apiVersion: "v1", kind: "ConfigMap" };
      const spec = wants("fake", { password: "db/password" }, { target: { manifest } });
      await rig.externalSecret("default", "generic", spec);
      await rig.ready("default", "generic", {
        status: "False",
        message: /spec\.target\.manifest is not supported yet/,
      });
      assert.equal(await rig.secret("default", "generic"), undefined);
      assert.equal((await rig.get("default", "generic"))?.metadata.finalizers, undefined);
    });

    test("another class's store is left alone", async () => {
      await rig.secretStore("default", "theirs", { ...fake({ k: "v" }), controller: "other" });
      await rig.externalSecret("default", "foreign-class", wants("theirs", { k: "k" }));
      await rig.externalSecret("default", "after-foreign-class", wants("fake", { k: "db/user" }));
      await rig.ready("default", "after-foreign-class");
      assert.equal((await rig.get("default", "foreign-class"))?.status, undefined);
    });

    test("the Secret of somebody else is taken over by Owner, his keys stay, ours go when the spec drops them", async () => {
      await rig.kube.namespaced(Secrets, "default").create({
        metadata: { name: "shared", labels: { theirs: "yes" } },
        data: { theirs: Secret.fromText("stays"), user: Secret.fromText("old") },
      });
      await rig.externalSecret("default", "shared", wants("fake", { user: "db/user", password: "db/password" }));
      await rig.ready("default", "shared");
      assert.deepEqual(await rig.values("default", "shared"), {
        theirs: "stays",
        user: "app",
        password: "correct-horse",
      });
      await rig.patch("default", "shared", { spec: wants("fake", { user: "db/user" }) });
      await rig.until("our key is gone", async () => !("password" in ((await rig.values("default", "shared")) ?? {})));
      assert.deepEqual(await rig.values("default", "shared"), { theirs: "stays", user: "app" });
      const secret = await rig.secret("default", "shared");
      const data = new Map(Object.entries(secret?.data ?? {}));
      assert.equal(secret?.metadata.annotations?.["reconcile.external-secrets.io/data-hash"], esoDataHash(data));
      assert.equal(secret?.metadata.labels?.["theirs"], "yes");
    });

    test("Merge waits for a Secret that isn't there, and owns nothing", async () => {
      const target = { name: "merged", creationPolicy: "Merge" };
      await rig.externalSecret("default", "merger", wants("fake", { user: "db/user" }, { target }));
      await rig.ready("default", "merger", { reason: "SecretMissing" });
      await rig.kube.namespaced(Secrets, "default").create({ metadata: { name: "merged" }, data: {} });
      await rig.patch("default", "merger", { metadata: { annotations: { "external-secrets.io/force-sync": "1" } } });
      await rig.ready("default", "merger", { reason: "SecretSynced" });
      assert.deepEqual(await rig.values("default", "merged"), { user: "app" });
      assert.equal((await rig.secret("default", "merged"))?.metadata.ownerReferences, undefined);
    });

    test("a tampered target is repaired, a deleted one comes back", async () => {
      await rig.externalSecret("default", "repaired", wants("fake", { user: "db/user" }));
      await rig.ready("default", "repaired");
      const secrets = rig.kube.namespaced(Secrets, "default");
      await secrets.mergePatch("repaired", { data: { user: Secret.fromText("tampered") } });
      await rig.until("repaired", async () => (await rig.values("default", "repaired"))?.["user"] === "app");
      await secrets.delete("repaired");
      await rig.until("back", async () => (await rig.values("default", "repaired"))?.["user"] === "app");
    });

    test("a target under a new name leaves no orphan, and deletion with deletionPolicy Delete takes the target along", async () => {
      const target = { name: "before", deletionPolicy: "Delete" };
      await rig.externalSecret("default", "renamed", wants("fake", { user: "db/user" }, { target }));
      await rig.ready("default", "renamed");
      const after = wants("fake", { user: "db/user" }, { target: { ...target, name: "after" } });
      await rig.patch("default", "renamed", { spec: after });
      await rig.until("renamed", async () => (await rig.secret("default", "after")) !== undefined);
      await rig.until("no orphan", async () => (await rig.secret("default", "before")) === undefined);
      await rig.kube.namespaced(ExternalSecrets, "default").delete("renamed");
      await rig.until("gone", async () => (await rig.get("default", "renamed")) === undefined);
      assert.equal(await rig.secret("default", "after"), undefined);
    });

    test("all keys missing: Retain keeps the target and says so, Delete deletes it", async () => {
      await rig.secretStore("default", "emptied", fake({ a: "1", b: "2" }));
      const deletes = { target: { deletionPolicy: "Delete" }, refreshInterval: "1s" };
      await rig.externalSecret("default", "emptied", wants("emptied", { a: "a" }, deletes));
      await rig.ready("default", "emptied");
      await rig.kube.namespaced(SecretStores, "default").mergePatch("emptied", { spec: fake({ b: "2" }) });
      await rig.ready("default", "emptied", { reason: "SecretDeleted" });
      assert.equal(await rig.secret("default", "emptied"), undefined);
    });
  });
}
