import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../../practices/managers/model/names.ts";
import { SecretStores } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.operator();
});
after(() => rig?.[Symbol.asyncDispose]());

const numbers = Array.from({ length: 30 }, (_, n) => n);
const valuesOf = (wanted: readonly number[]): object =>
  fake(Object.fromEntries(wanted.map((n) => [`key-${n}`, `value-${n}`])));

test("when a store loses most of its keys nothing is deleted until that is acknowledged", async () => {
  await rig.secretStore("default", "wave", valuesOf(numbers));
  const more = { target: { deletionPolicy: "Delete" }, refreshInterval: "2s" };
  await Promise.all(
    numbers.map((n) => rig.externalSecret("default", `es-${n}`, wants("wave", { k: `key-${n}` }, more))),
  );
  for (const n of numbers) await rig.ready("default", `es-${n}`);
  const stores = rig.kube.namespaced(SecretStores, "default");
  await stores.mergePatch("wave", { spec: valuesOf(numbers.slice(20)) });
  for (const n of numbers.slice(0, 20)) {
    await rig.ready("default", `es-${n}`, { status: "False", message: /^deletion is held: 20 of 30 known keys/ });
  }
  for (const n of numbers) assert.ok((await rig.secret("default", `es-${n}`)) !== undefined);
  await rig.until("the store says so", async () => {
    const { status } = await stores.get("wave");
    return status?.conditions?.some(({ type, status }) => type === "DeletionHeld" && status === "True") === true;
  });
  await stores.mergePatch("wave", { metadata: { annotations: { [ACKNOWLEDGE_DELETION_ANNOTATION]: "meant-it" } } });
  for (const n of numbers.slice(0, 20)) {
    await rig.until("deleted", async () => (await rig.secret("default", `es-${n}`)) === undefined);
  }
  for (const n of numbers.slice(20)) assert.ok((await rig.secret("default", `es-${n}`)) !== undefined);
});
