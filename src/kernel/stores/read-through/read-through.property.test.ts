import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Secret } from "../../secret/secret.ts";
import { isStoreError, isValue, type Read, type Ref, type Store } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { createReadThrough } from "./read-through.ts";

const IDENTITIES = ["a", "b", "c"] as const;
const KEYS = ["k1", "k2", "k3", "k4"] as const;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      who: fc.constantFrom(...IDENTITIES),
      keys: fc.subarray([...KEYS], { minLength: 1 }),
      maxAgeMillis: fc.constantFrom(0, 20, 1_000, 100_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), nth: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("wait" as const), millis: fc.constantFrom(1, 3, 10, 50, 5_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), who: fc.constantFrom(...IDENTITIES) }) },
);

/** What the store does with the n-th ref it is asked for. */
const behaviour = fc.record({
  millis: fc.constantFrom(0, 5, 40, 400),
  answer: fc.constantFrom(
    "value",
    "value",
    "value",
    "unchanged",
    "missing",
    "denied",
    "throttled",
    "unavailable",
    "throw",
  ),
});

test("under any order of asks, aborts, answers and time: one flight per ref, no foreign or stale value, bounded bytes, all answered", async () => {
  const bytes = { total: 1_200, perTenant: 900, perIdentity: 700 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(behaviour, { minLength: 1, maxLength: 20 }),
      async (steps, plan) => {
        const clock = new ManualClock();
        let random = 0;
        const cache = createReadThrough({
          clock,
          random: () => (random = (random + 0.37) % 1),
          bytes,
          batchSize: 2,
          concurrency: { initial: 2, min: 1, max: 3 },
          timeoutMillis: 300,
        });
        const flying = new Map<string, number>();
        const confirmedAt = new Map<string, number>();
        let served = 0;

        const openStore = (who: string): Store => ({
          async read(refs, known, signal) {
            const results = new Map<Ref, Read>();
            const names = refs.map(({ key }) => `${who}/${key}`);
            // The store lets go when it is told to, as the port demands.
            const release = (): void => {
              for (const name of names) flying.set(name, (flying.get(name) ?? 1) - 1);
            };
            for (const name of names) {
              flying.set(name, (flying.get(name) ?? 0) + 1);
              assert.equal(flying.get(name), 1, `two flights for ${name}`);
            }
            try {
              for (const ref of refs) {
                const { millis, answer } = plan[served++ % plan.length] ?? { millis: 0, answer: "value" };
                const at = clock.now();
                await clock.sleep(millis, signal);
                if (answer === "throw") throw new Error("broken");
                const version = known.get(ref);
                if (answer === "unchanged" && version !== undefined) {
                  confirmedAt.set(version, at);
                  results.set(ref, "unchanged");
                } else if (answer === "value" || answer === "unchanged") {
                  const value = Secret.fromText(`${who}/${ref.key}/${"x".repeat(100)}`);
                  confirmedAt.set(`${who}${served}`, at);
                  results.set(ref, { value, version: `${who}${served}` });
                } else results.set(ref, { error: answer, message: answer });
              }
              return results;
            } finally {
              release();
            }
          },
          validate: async () => undefined,
          close: async () => {},
        });

        const identityOf = (who: string) => ({
          store: { kind: "SecretStore", namespace: who === "c" ? "n2" : "n1", name: who, uid: who, generation: 1 },
        });
        const aborts: AbortController[] = [];
        const asks: Promise<void>[] = [];
        for (const one of steps) {
          if (one.do === "wait") await clock.advance(one.millis);
          else if (one.do === "abort") aborts[one.nth]?.abort();
          else if (one.do === "forget") await cache.forget(identityOf(one.who));
          else {
            const { who, keys, maxAgeMillis } = one;
            const askedAt = clock.now();
            const abort = new AbortController();
            aborts.push(abort);
            const refs = keys.map((key) => ({ key }));
            const reader = cache.reader(identityOf(who), async () => openStore(who));
            asks.push(
              reader.read(refs, { maxAgeMillis, signal: abort.signal, permits: () => undefined }).then(
                (answers) => {
                  assert.deepEqual([...answers.keys()].map(({ key }) => key).sort(), [...keys].sort());
                  for (const [ref, answer] of answers) {
                    if (isStoreError(answer)) continue;
                    assert.ok(isValue(answer));
                    const [owner, key] = answer.value.unwrap().toString().split("/");
                    assert.deepEqual([owner, key], [who, ref.key]);
                    assert.ok(
                      (confirmedAt.get(answer.version) ?? 0) >= askedAt - maxAgeMillis,
                      "older than the asker allows",
                    );
                    answer.value.dispose();
                  }
                },
                (error: unknown) => assert.ok(abort.signal.aborted, String(error)),
              ),
            );
          }
          assert.ok(cache.counts().bytes <= bytes.total);
        }
        await clock.advance(100_000);
        await Promise.all(asks);
        assert.ok([...flying.values()].every((count) => count === 0));
        await cache.close();
        assert.equal(cache.counts().bytes, 0);
      },
    ),
    { numRuns: 300 },
  );
});
