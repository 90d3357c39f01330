import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError, type Retry } from "../../errors.ts";
import { ManualClock, settled } from "../../stores/testing/manual-clock.ts";
import type { Next } from "./reconcile.ts";
import { WorkQueue, type WorkQueueOptions } from "./work-queue.ts";

const DONE: Next = { look: "on-change" };

/** A queue whose reconciles are ended by the test, one by one. */
function rig(options: Partial<WorkQueueOptions<string, undefined>> = {}) {
  const clock = new ManualClock();
  const begun: string[] = [];
  const errors: string[] = [];
  const open = new Map<string, PromiseWithResolvers<Next>>();
  const queue = new WorkQueue<string, undefined>({
    ports: undefined,
    clock,
    random: () => 0,
    onError: (key, error) => errors.push(`${key} ${error.code}`),
    reconcile: async (key) => {
      assert.ok(!open.has(key), "twice at a time");
      begun.push(key);
      const ending = Promise.withResolvers<Next>();
      open.set(key, ending);
      return await ending.promise.finally(() => open.delete(key));
    },
    ...options,
  });
  const end = async (key: string, next: Next | Retry = DONE): Promise<void> => {
    if (typeof next === "object" && "look" in next) open.get(key)?.resolve(next);
    else open.get(key)?.reject(new KustodyError("KST_KUBE_SERVER", "no", { retry: next }));
    await settled();
  };
  return { clock, queue, begun, errors, end };
}

test("a key added many times is worked on once, and once more if added meanwhile", async () => {
  const { queue, begun, end } = rig();
  for (let i = 0; i < 3; i++) queue.add("a");
  await settled();
  assert.deepEqual(begun, ["a"]);
  for (let i = 0; i < 3; i++) queue.add("a");
  await settled();
  assert.deepEqual(begun, ["a"]);
  await end("a");
  await end("a");
  assert.deepEqual(begun, ["a", "a"]);
  await queue.stop();
});

test("no more than `concurrency` at a time, in the order of adding", async () => {
  const { queue, begun, end } = rig({ concurrency: 2 });
  for (const key of ["a", "b", "c", "d"]) queue.add(key);
  await settled();
  assert.deepEqual(begun, ["a", "b"]);
  assert.equal(queue.length, 2);
  await end("b");
  assert.deepEqual(begun, ["a", "b", "c"]);
  for (const key of ["a", "c", "d"]) await end(key);
  await queue.stop();
});

test("look in some time is kept, and a change before it replaces it", async () => {
  const { queue, begun, end, clock } = rig();
  queue.add("a");
  await settled();
  await end("a", { look: "in", millis: 1000 });
  await clock.advance(999);
  assert.equal(begun.length, 1);
  await clock.advance(1);
  assert.equal(begun.length, 2);
  await end("a", { look: "in", millis: 1000 });
  queue.add("a");
  await settled();
  await end("a");
  await clock.advance(10_000);
  assert.equal(begun.length, 3);
  await queue.stop();
});

test("failures wait longer each time, success forgets them, and others go on", async () => {
  const { queue, begun, end, clock, errors } = rig();
  queue.add("a");
  await settled();
  for (const wait of [500, 1000, 2000]) {
    await end("a", "backoff");
    const before = begun.length;
    queue.add("b");
    await settled();
    await end("b");
    assert.equal(begun.length, before + 1);
    await clock.advance(wait - 1);
    assert.equal(begun.length, before + 1);
    await clock.advance(1);
    assert.equal(begun.length, before + 2);
  }
  await end("a");
  queue.add("a");
  await settled();
  await end("a", "backoff");
  const before = begun.length;
  await clock.advance(500);
  assert.equal(begun.length, before + 1);
  assert.equal(errors.length, 4);
  await end("a");
  await queue.stop();
});

test("an error that says never waits for a change, one that says after waits at least as long", async () => {
  const { queue, begun, end, clock } = rig();
  queue.add("a");
  await settled();
  await end("a", "never");
  await clock.advance(3_600_000);
  assert.equal(begun.length, 1);
  queue.add("a");
  await settled();
  await end("a", { after: 60_000 });
  await clock.advance(59_999);
  assert.equal(begun.length, 2);
  await clock.advance(1);
  assert.equal(begun.length, 3);
  await end("a");
  await queue.stop();
});

test("keys that another replica owns are not taken", async () => {
  const { queue, begun, end } = rig({ owns: (key) => key !== "theirs" });
  queue.add("theirs");
  queue.add("ours");
  await settled();
  assert.deepEqual(begun, ["ours"]);
  await end("ours");
  await queue.stop();
});

test("stop aborts what is under way, waits for it, and forgets the rest", async () => {
  const aborted: string[] = [];
  const { queue, clock } = rig({
    concurrency: 1,
    reconcile: (key, _, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          aborted.push(key);
          reject(signal.reason);
        });
      }),
  });
  for (const key of ["a", "b"]) queue.add(key);
  queue.addIn("c", 10);
  await settled();
  await queue.stop();
  queue.add("d");
  await clock.advance(1000);
  assert.deepEqual(aborted, ["a"]);
  assert.equal(queue.length, 0);
});
