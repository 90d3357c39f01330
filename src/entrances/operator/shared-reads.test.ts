import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

const OBJECTS = 120;
const KEYS = 3;
const numbers = Array.from({ length: OBJECTS }, (_, n) => n);
let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.operator({ listen: "127.0.0.1:0" });
  await rig.secretStore("default", "fake", fake({ "key-0": "a", "key-1": "b", "key-2": "c" }));
});
after(() => rig?.[Symbol.asyncDispose]());

const counts = async (): Promise<{ asked: number; reads: number }> => {
  const text = await rig.metrics();
  const value = (name: string): number => Number(text.match(new RegExp(`^${name} (\\d+)$`, "m"))?.[1] ?? Number.NaN);
  return { asked: value("kustody_store_asked_total"), reads: value("kustody_store_reads_total") };
};

test("objects that share a key are refreshed by one read, however long their first syncs took", async () => {
  const create = (n: number) =>
    rig.externalSecret("default", `es-${n}`, wants("fake", { k: `key-${n % KEYS}` }, { refreshInterval: "2s" }));
  for (const n of numbers) await create(n);
  for (const n of numbers) await rig.ready("default", `es-${n}`);
  // By then every object has been refreshed at least once since its first sync.
  const { asked: first } = await counts();
  await rig.until("two refreshes", async () => (await counts()).asked >= first + 2 * OBJECTS);
  const before = await counts();
  await rig.until("five more", async () => (await counts()).asked >= before.asked + 5 * OBJECTS);
  const after = await counts();
  const waves = (after.asked - before.asked) / OBJECTS;
  const reads = after.reads - before.reads;
  // One more for each key: the count may begin and end within a wave.
  assert.ok(reads <= KEYS * (waves + 2), `${reads} reads in ${waves} waves of ${KEYS} keys`);
});
