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

test("while a call that carries many is under way, keys gather for up to 50 ms", async () => {
  const { clock, calls, ask, end } = reading(20);
  ask("a");
  await clock.advance(3);
  ask("b");
  await clock.advance(20);
  ask("c");
  await clock.advance(20);
  assert.deepEqual(
    calls.map(({ keys }) => keys),
    [["a"]],
  );
  await clock.advance(10);
  assert.deepEqual(
    calls.map(({ keys }) => keys),
    [["a"], ["b", "c"]],
  );
  await end();
});

test("they are sent at once when nothing is under way any more, and when the batch is full", async () => {
  const { clock, calls, ask, end } = reading(2);
  ask("a");
  await clock.advance(3);
  ask("b");
  calls[0]?.end();
  await settled();
  await settled();
  assert.deepEqual(
    calls.map(({ keys }) => keys),
    [["a"], ["b"]],
  );
  ask("c");
  ask("d");
  await settled();
  assert.deepEqual(
    calls.map(({ keys }) => keys),
    [["a"], ["b"], ["c", "d"]],
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
