import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../../practices/managers/model/names.ts";
import { SecretStores } from "../../practices/managers/model/resources.ts";
import { OperatorProcesses } from "./testing/operator-processes.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
let processes: OperatorProcesses;
before(async () => {
  rig = await OperatorRig.start();
  processes = new OperatorProcesses(rig.plane.kubeconfig);
});
after(async () => {
  processes?.kill();
  await rig?.[Symbol.asyncDispose]();
});

const numbers = Array.from({ length: 30 }, (_, n) => n);
const lost = numbers.slice(0, 20);
const valuesOf = (wanted: readonly number[]): object =>
  fake(Object.fromEntries(wanted.map((n) => [`key-${n}`, `value-${n}`])));
const stores = () => rig.kube.namespaced(SecretStores, "default");
const held = async (store: string) => {
  const { status } = await stores().get(store);
  return status?.conditions?.find(({ type }) => type === "DeletionHeld");
};
const acknowledge = async (store: string): Promise<void> => {
  const { lastTransitionTime = "", message = "" } = (await held(store)) ?? {};
  assert.ok(message.endsWith(`${ACKNOWLEDGE_DELETION_ANNOTATION} is ${lastTransitionTime}`), message);
  const annotations = { [ACKNOWLEDGE_DELETION_ANNOTATION]: lastTransitionTime };
  await stores().mergePatch(store, { metadata: { annotations } });
};
const isGone = async (name: string): Promise<boolean> => (await rig.secret("default", name)) === undefined;

/** One ExternalSecret for each key of a store, which then loses twenty of thirty. */
async function loseKeys(store: string, intervals: readonly [string, string]): Promise<void> {
  await rig.secretStore("default", store, valuesOf(numbers));
  for (const n of numbers) {
    const more = { target: { deletionPolicy: "Delete" }, refreshInterval: intervals[n % 2] };
    await rig.externalSecret("default", `${store}-${n}`, wants(store, { k: `key-${n}` }, more));
  }
  for (const n of numbers) await rig.ready("default", `${store}-${n}`);
  await stores().mergePatch(store, { spec: valuesOf(numbers.slice(20)) });
}

test("when a store loses most of its keys nothing is deleted until that is acknowledged; a new loss needs a new word", async () => {
  const stop = await rig.operator();
  await loseKeys("wave", ["2s", "2s"]);
  for (const n of lost) {
    await rig.ready("default", `wave-${n}`, { status: "False", message: /^deletion is held: 20 of 30 known keys/ });
  }
  for (const n of numbers) assert.equal(await isGone(`wave-${n}`), false);
  await rig.until("the store says so", async () => (await held("wave"))?.status === "True");
  await stores().mergePatch("wave", { metadata: { annotations: { [ACKNOWLEDGE_DELETION_ANNOTATION]: "I mean it" } } });
  await stores().mergePatch("wave", { spec: valuesOf(numbers) });
  await rig.until("the keys are back", async () => (await held("wave"))?.reason === "KeysPresent");
  for (const n of numbers) assert.equal(await isGone(`wave-${n}`), false);
  for (const n of lost) await rig.ready("default", `wave-${n}`);
  // At once after a look that found all keys: what passes on its word is less than what is never held.
  await stores().mergePatch("wave", { spec: valuesOf(numbers.slice(20)) });
  await rig.until("it is held again", async () => (await held("wave"))?.status === "True");
  const gone = (await Promise.all(lost.map((n) => isGone(`wave-${n}`)))).filter(Boolean);
  assert.ok(gone.length < 10, `${gone.length} slipped through`);
  await acknowledge("wave");
  for (const n of lost) await rig.until("deleted", () => isGone(`wave-${n}`));
  for (const n of numbers.slice(20)) assert.equal(await isGone(`wave-${n}`), false);
  await stop();
});

test("an acknowledgement that was given while nobody ran counts, and one that was taken in survives a kill", async () => {
  const first = processes.start();
  // Every other object is not looked at again for an hour.
  await loseKeys("killed", ["2s", "1h"]);
  await rig.until("it is held", async () => (await held("killed"))?.status === "True");
  first.kill("SIGKILL");
  await once(first, "exit");
  await acknowledge("killed");
  const second = processes.start();
  const [soon, later] = [0, 1].map((rest) => lost.filter((n) => n % 2 === rest)) as [number[], number[]];
  for (const n of soon) await rig.until("deleted", () => isGone(`killed-${n}`));
  await rig.until("it is acknowledged", async () => (await held("killed"))?.reason === "Acknowledged");
  second.kill("SIGKILL");
  await once(second, "exit");
  for (const n of later) assert.equal(await isGone(`killed-${n}`), false);
  processes.start();
  const force = { metadata: { annotations: { "external-secrets.io/force-sync": "1" } } };
  for (const n of later) await rig.patch("default", `killed-${n}`, force);
  for (const n of later) await rig.until("deleted too", () => isGone(`killed-${n}`));
  for (const n of numbers.slice(20)) assert.equal(await isGone(`killed-${n}`), false);
});
