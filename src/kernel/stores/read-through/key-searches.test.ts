import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../errors.ts";
import type { Query, Ref, Store } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { KeySearches } from "./key-searches.ts";

const never = new AbortController().signal;

/** Searches of a store that finds what `found` yields, and how often it was asked. */
function searching(found: (query: Query, signal: AbortSignal) => AsyncIterable<Ref>) {
  const clock = new ManualClock();
  let asked = 0;
  const store = {
    find(query: Query, signal: AbortSignal) {
      asked += 1;
      return found(query, signal);
    },
  } as Store;
  const searches = new KeySearches(async () => store, { clock, timeoutMillis: 1_000 });
  return { clock, searches, asked: () => asked };
}

async function* keys(...all: string[]): AsyncGenerator<Ref> {
  for (const key of all) yield { key };
}

test("one search serves all who allow its age, and each query has its own", async () => {
  const { clock, searches, asked } = searching(({ name = "" }) => keys(`${name}2`, `${name}1`, `${name}2`));
  const query = { name: "a", tags: { x: "1", y: "2" } };
  const [one, two] = await Promise.all([
    searches.find(query, 100, never),
    searches.find({ tags: { y: "2", x: "1" }, name: "a" }, 100, never),
  ]);
  assert.deepEqual(one.found, [{ key: "a1" }, { key: "a2" }]);
  assert.deepEqual([two, asked()], [one, 1]);
  await clock.advance(100);
  assert.equal((await searches.find(query, 101, never)).at, one.at);
  assert.equal((await searches.find(query, 100, never)).at, one.at + 100);
  await searches.find({ name: "b" }, 1_000, never);
  assert.equal(asked(), 3);
});

test("a search that fails is told and tried again", async () => {
  let fails = true;
  const { searches } = searching(() => {
    if (fails) throw new KustodyError("KST_STORE_QUERY", "no such search");
    return keys("a");
  });
  const { found } = await searches.find({}, 1_000, never);
  assert.deepEqual(found, { error: "invalid", message: "no such search" });
  fails = false;
  assert.deepEqual((await searches.find({}, 1_000, never)).found, [{ key: "a" }]);
});

test("a store that finds for ever, or says nothing, is given up", async () => {
  let stopped = false;
  const endless = searching(async function* () {
    try {
      for (let n = 0; ; n++) yield { key: `k${n}` };
    } finally {
      stopped = true;
    }
  });
  const { found } = await endless.searches.find({}, 0, never);
  assert.match(JSON.stringify(found), /more than 5000 keys/);
  assert.ok(stopped);
  const silent = searching(async function* () {
    yield await new Promise<Ref>(() => {});
  });
  const waiting = silent.searches.find({}, 0, never);
  await silent.clock.advance(1_001);
  assert.deepEqual((await waiting).found, { error: "unavailable", message: "the search took longer than 1000 ms" });
});

test("who gives up waits no longer, and the search goes on for the others; closing ends it", async () => {
  const { searches } = searching(async function* () {
    yield await new Promise<Ref>(() => {});
  });
  const leaving = new AbortController();
  const reason = new Error("no longer wanted");
  const left = searches.find({}, 1_000, leaving.signal);
  const stays = searches.find({}, 1_000, never);
  leaving.abort(reason);
  await assert.rejects(left, reason);
  assert.ok(searches.isBusy);
  searches.close();
  assert.deepEqual((await stays).found, { error: "unavailable", message: "the store was closed" });
  assert.ok(!searches.isBusy);
});

test("a store that cannot search says so", async () => {
  const clock = new ManualClock();
  const searches = new KeySearches(async () => ({}) as Store, { clock, timeoutMillis: 1 });
  const { found } = await searches.find({}, 0, never);
  assert.deepEqual(found, { error: "invalid", message: "this store cannot be searched" });
});
