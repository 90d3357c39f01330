import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import type { Ref, Store } from "../store.ts";
import { ManualClock, settled } from "../testing/manual-clock.ts";
import { createReadThrough } from "./read-through.ts";

/** A store whose calls end when a test says so. */
function slow(batchSize: number) {
  const calls: { keys: string[]; end: () => void }[] = [];
  const store: Store = {
    batchSize,
    async read(refs) {
      await new Promise<void>((end) => {
        calls.push({ keys: refs.map(({ key }) => key), end });
      });
      return new Map(refs.map((ref) => [ref, { value: Secret.fromText("v"), version: "1" }]));
    },
    validate: async () => undefined,
    close: async () => {},
  };
  return { calls, store };
}

function reading(batchSize: number) {
  const clock = new ManualClock();
  const cache = createReadThrough({ clock, random: () => 0 });
  const { calls, store } = slow(batchSize);
  const identity = { store: { kind: "ClusterSecretStore", name: "s", uid: "u", generation: 1 } };
  const reader = cache.reader(identity, async () => store);
  const { signal } = new AbortController();
  const asks: Promise<unknown>[] = [];
  const ask = (key: string): void => {
    const ref: Ref = { key };
    asks.push(reader.read([ref], { maxAgeMillis: 1, signal, permits: () => undefined }));
  };
  const end = async (): Promise<void> => {
    for (const call of calls) call.end();
    await Promise.all(asks);
    await cache.close();
  };
  return { clock, calls, ask, end };
}

test("soon after a call that carries many, keys gather for 200 ms", async () => {
  const { clock, calls, ask, end } = reading(20);
  const sent = () => calls.map(({ keys }) => keys);
  ask("a");
  await clock.advance(3);
  ask("b");
  await clock.advance(100);
  ask("c");
  await clock.advance(90);
  assert.deepEqual(sent(), [["a"]]);
  await clock.advance(10);
  assert.deepEqual(sent(), [["a"], ["b", "c"]]);
  await clock.advance(200);
  ask("d");
  await clock.advance(3);
  assert.deepEqual(sent(), [["a"], ["b", "c"], ["d"]], "nobody waits long when it is quiet");
  await end();
});

test("a full batch does not wait", async () => {
  const { clock, calls, ask, end } = reading(2);
  ask("a");
  await clock.advance(3);
  ask("b");
  ask("c");
  await settled();
  assert.deepEqual(
    calls.map(({ keys }) => keys),
    [["a"], ["b", "c"]],
  );
  await end();
});

test("where each key is a call of its own nobody waits for company", async () => {
  const { clock, calls, ask, end } = reading(1);
  ask("a");
  await clock.advance(3);
  ask("b");
  await clock.advance(3);
  assert.equal(calls.length, 2);
  await end();
});
