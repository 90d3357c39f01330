import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Leases } from "../../kernel/kube/index.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.secretStore("default", "fake", fake({ k: "value" }));
});
after(() => rig?.[Symbol.asyncDispose]());

const election = {
  namespace: "default",
  name: "kustody-operator",
  times: { lease: 3_000, renew: 2_000, retry: 200 },
};
const started = (): number => rig.log.filter((line) => line.includes('"controllers started"')).length;
const holder = async (): Promise<string | undefined> =>
  (await rig.kube.namespaced(Leases, "default").find("kustody-operator"))?.spec?.holderIdentity;

test("of two replicas one acts, and when it ends the other goes on", async () => {
  const first = await rig.operator({ election });
  await rig.externalSecret("default", "one", wants("fake", { k: "k" }));
  await rig.ready("default", "one");
  const leader = await holder();
  await rig.operator({ election });
  await rig.externalSecret("default", "two", wants("fake", { k: "k" }));
  await rig.ready("default", "two");
  assert.equal(started(), 1);
  assert.equal(await holder(), leader);
  await first();
  await rig.externalSecret("default", "three", wants("fake", { k: "k" }));
  await rig.ready("default", "three");
  assert.equal(started(), 2);
  assert.notEqual(await holder(), leader);
});

test("a leader that died without a word is replaced when its lease has run out", async () => {
  const lease = { ...election, name: "dead-leader" };
  const now = new Date().toISOString().replace("Z", "000Z");
  const spec = {
    holderIdentity: "dead",
    leaseDurationSeconds: 2,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: 0,
  };
  await rig.kube.namespaced(Leases, "default").create({ metadata: { name: lease.name }, spec });
  const before = started();
  await rig.operator({ election: lease });
  await rig.until("it leads", () => started() === before + 1);
  const taken = await rig.kube.namespaced(Leases, "default").get(lease.name);
  assert.notEqual(taken.spec?.holderIdentity, "dead");
  assert.equal(taken.spec?.leaseTransitions, 1);
});
