import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fake, OperatorRig } from "./testing/operator-rig.ts";

const OBJECTS = 60;
const KEYS = Array.from({ length: 4 }, (_, n) => `found-${n}`);
const numbers = Array.from({ length: OBJECTS }, (_, n) => n);
let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.operator({ listen: "127.0.0.1:0" });
  await rig.secretStore("default", "fake", fake(Object.fromEntries(KEYS.map((key) => [key, key]))));
});
after(() => rig?.[Symbol.asyncDispose]());

const counts = async (): Promise<{ asked: number; reads: number }> => {
  const text = await rig.metrics();
  const value = (name: string): number => Number(text.match(new RegExp(`^${name} (\\d+)$`, "m"))?.[1] ?? Number.NaN);
  return { asked: value("kustody_store_asked_total"), reads: value("kustody_store_reads_total") };
};

test("objects that search for the same keys read each of them once in a wave", async () => {
  const dataFrom = [{ find: { name: { regexp: "^found-" } } }];
  const spec = { secretStoreRef: { name: "fake" }, dataFrom, refreshInterval: "2s" };
  for (const n of numbers) await rig.externalSecret("default", `es-${n}`, spec);
  for (const n of numbers) await rig.ready("default", `es-${n}`);
  const wave = OBJECTS * KEYS.length;
  const { asked: first } = await counts();
  await rig.until("two refreshes", async () => (await counts()).asked >= first + 2 * wave);
  const before = await counts();
  await rig.until("three more", async () => (await counts()).asked >= before.asked + 3 * wave);
  const after = await counts();
  const waves = (after.asked - before.asked) / wave;
  const reads = after.reads - before.reads;
  // One more for each key at either end: the count may begin and end within a wave.
  assert.ok(reads <= KEYS.length * (waves + 2), `${reads} reads in ${waves} waves of ${KEYS.length} keys`);
});
