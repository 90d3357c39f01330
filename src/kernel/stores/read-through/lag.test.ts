import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import type { Read, Ref, Store } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { createReadThrough } from "./read-through.ts";

/** A store whose word on known versions is up to ten seconds old. */
function lagging() {
  const clock = new ManualClock();
  const cache = createReadThrough({ clock, random: () => 0 });
  const told: (string | undefined)[] = [];
  const store: Store = {
    lagMillis: 10_000,
    async read(refs, known) {
      return new Map(
        refs.map((ref): [Ref, Read] => {
          told.push(known.get(ref));
          return [ref, known.has(ref) ? "unchanged" : { value: Secret.fromText("v"), version: "1" }];
        }),
      );
    },
    validate: async () => undefined,
    close: async () => {},
  };
  const identity = { store: { kind: "ClusterSecretStore", name: "s", uid: "u", generation: 1 } };
  const reader = cache.reader(identity, async () => store);
  const { signal } = new AbortController();
  /** The instant that the answer is as new as. */
  const ask = async (maxAgeMillis: number): Promise<number | undefined> => {
    let answeredAt: number | undefined;
    const onAnswer = (at: number): void => {
      answeredAt = at;
    };
    const asked = reader.read([{ key: "k" }], { maxAgeMillis, signal, permits: () => undefined, onAnswer });
    await clock.advance(3);
    for (const answer of (await asked).values()) if ("value" in answer) answer.value.dispose();
    return answeredAt;
  };
  return { clock, cache, told, ask };
}

test("who is patient tells the known version; who wants it younger than the store's word has the value read", async () => {
  const { clock, cache, told, ask } = lagging();
  await ask(1);
  await clock.advance(60_000);
  await ask(30_000);
  await ask(5_000);
  assert.deepEqual(told, [undefined, "1", undefined]);
  await cache.close();
});

test("an unchanged value is as old as the store's word, and never older than what was read", async () => {
  const { clock, cache, told, ask } = lagging();
  await ask(1);
  await clock.advance(60_000);
  const now = clock.now();
  assert.equal(await ask(30_000), now + 3 - 10_000);
  assert.equal(await ask(30_000), now + 3 - 10_000, "from memory it is no younger");
  assert.equal(told.length, 2);
  await clock.advance(1_000);
  await ask(5_000);
  assert.equal(told.length, 3, "too old for who wants it younger");
  await cache.close();
});

test("who wants it younger, and comes before the call has left, makes it exact for all", async () => {
  const { clock, cache, told, ask } = lagging();
  await ask(1);
  await clock.advance(60_000);
  await Promise.all([ask(30_000), ask(1)]);
  assert.deepEqual(told, [undefined, undefined]);
  await cache.close();
});
