import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../errors.ts";
import { ManualClock, settled } from "../../stores/testing/manual-clock.ts";
import { CallGate, type Rank } from "./call-gate.ts";

const bounds = { initial: 2, min: 1, max: 8 };

/** Calls that the test ends one by one. */
function rig() {
  const clock = new ManualClock();
  const gate = new CallGate(clock, bounds);
  const begun: number[] = [];
  const open = new Map<number, PromiseWithResolvers<void>>();
  const results: Promise<string>[] = [];
  const call = (n: number, rank?: Rank): void => {
    const task = async (): Promise<void> => {
      begun.push(n);
      const ending = Promise.withResolvers<void>();
      open.set(n, ending);
      await ending.promise;
    };
    const result = gate.run(task, rank);
    results.push(
      result.then(
        () => "done",
        (error: unknown) => (error as KustodyError).code,
      ),
    );
  };
  return { gate, begun, open, results, call };
}

test("no more than the limit at a time, in the order in which they came, and every call ends", async () => {
  const { begun, open, results, call } = rig();
  for (let n = 0; n < 50; n++) call(n);
  await settled();
  assert.deepEqual(begun, [0, 1]);
  for (let n = 0; n < 50; n++) {
    open.get(n)?.resolve();
    await settled();
  }
  assert.deepEqual(begun, [...Array(50).keys()]);
  assert.deepEqual(new Set(await Promise.all(results)), new Set(["done"]));
});

test("a server that turns calls away gets fewer, and its refusals reach the callers", async () => {
  const { gate, open, results, call } = rig();
  for (let n = 0; n < 4; n++) call(n);
  await settled();
  open.get(0)?.reject(new KustodyError("KST_KUBE_BUSY", "no"));
  await settled();
  assert.equal(gate.limit, 1);
  for (const n of [1, 2, 3]) {
    open.get(n)?.resolve();
    await settled();
  }
  assert.deepEqual(await Promise.all(results), ["KST_KUBE_BUSY", "done", "done", "done"]);
});

test("what may come later lets all others go first, what is patient leaves half of the gate free too, and in the end both go", async () => {
  const { begun, open, results, call } = rig();
  call(0);
  call(1, "patient");
  call(2);
  call(4, "later");
  call(3);
  await settled();
  assert.deepEqual(begun, [0, 2]);
  open.get(0)?.resolve();
  await settled();
  assert.deepEqual(begun, [0, 2, 3]);
  open.get(2)?.resolve();
  await settled();
  assert.deepEqual(begun, [0, 2, 3, 4]);
  open.get(3)?.resolve();
  open.get(4)?.resolve();
  await settled();
  assert.deepEqual(begun, [0, 2, 3, 4, 1]);
  open.get(1)?.resolve();
  assert.equal((await Promise.all(results)).length, 5);
});
