import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CLEANUP_FINALIZER, createdByOf } from "../../practices/managers/model/names.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.operator();
  await rig.secretStore("default", "fake", fake({ "db/password": "correct-horse", "db/user": "app" }));
});
after(() => rig?.[Symbol.asyncDispose]());

test("an ExternalSecret becomes a Secret and is Ready", async () => {
  await rig.externalSecret("default", "first", wants("fake", { password: "db/password", user: "db/user" }));
  const object = await rig.ready("default", "first", { reason: "SecretSynced", message: /^secret synced$/ });
  assert.deepEqual(await rig.values("default", "first"), { password: "correct-horse", user: "app" });
  const secret = await rig.secret("default", "first");
  assert.deepEqual(object.metadata.finalizers, [CLEANUP_FINALIZER]);
  assert.equal(secret?.metadata.labels?.["reconcile.external-secrets.io/managed"], "true");
  assert.equal(secret?.metadata.labels?.["reconcile.external-secrets.io/created-by"], createdByOf("default", "first"));
  assert.equal(secret?.metadata.ownerReferences?.[0]?.uid, object.metadata.uid);
  assert.equal(object.status?.binding?.name, "first");
});
