import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SecretStores } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.namespace("mine");
  await rig.namespace("other");
  // Only this namespace: what the cluster's other namespaces hold is nobody's business here.
  await rig.operator({ namespace: "mine" });
});
after(() => rig?.[Symbol.asyncDispose]());

const force = { metadata: { annotations: { "external-secrets.io/force-sync": "1" } } };

/** Writes a new value to the store, then has another object read it, so that the change is known to have been seen. */
async function changeStore(store: string, witness: string): Promise<void> {
  await rig.kube.namespaced(SecretStores, "mine").mergePatch(store, { spec: fake({ k: "two" }) });
  await rig.patch("mine", witness, force);
  await rig.until("the witness follows", async () => (await rig.values("mine", witness))?.["k"] === "two");
}

test("force-sync reads anew under Periodic and OnChange, not under CreatedOnce or with an interval of zero", async () => {
  await rig.secretStore("mine", "store", fake({ k: "one" }));
  const kinds = {
    witness: {},
    "on-change": { refreshPolicy: "OnChange" },
    once: { refreshPolicy: "CreatedOnce" },
    zero: { refreshInterval: "0" },
  };
  for (const [name, more] of Object.entries(kinds)) {
    await rig.externalSecret("mine", name, wants("store", { k: "k" }, more));
    await rig.ready("mine", name);
    assert.deepEqual(await rig.values("mine", name), { k: "one" });
  }
  await changeStore("store", "witness");
  assert.deepEqual(await rig.values("mine", "on-change"), { k: "one" });
  for (const name of ["once", "zero", "on-change"]) await rig.patch("mine", name, force);
  await rig.until("OnChange follows", async () => (await rig.values("mine", "on-change"))?.["k"] === "two");
  for (const name of ["once", "zero"]) assert.deepEqual(await rig.values("mine", name), { k: "one" });
});

test("in namespaced mode another namespace is never touched", async () => {
  await rig.secretStore("other", "store", fake({ k: "v" }));
  await rig.externalSecret("other", "untouched", wants("store", { k: "k" }));
  await rig.externalSecret("mine", "touched", wants("store", { k: "k" }));
  await rig.ready("mine", "touched");
  const untouched = await rig.get("other", "untouched");
  assert.equal(untouched?.status, undefined);
  assert.equal(untouched?.metadata.finalizers, undefined);
  assert.equal(await rig.secret("other", "untouched"), undefined);
});
