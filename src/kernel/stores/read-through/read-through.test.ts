import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import type { Identity } from "../identity.ts";
import { type Answer, isStoreError, isValue, type Read, type Ref, type Store, type StoreError } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { LeaseTable } from "./lease-table.ts";
import { createReadThrough } from "./read-through.ts";

const identity = (name: string, namespace?: string): Identity => ({
  store: { kind: "ClusterSecretStore", name, uid: `uid-${name}`, generation: 1 },
  ...(namespace === undefined ? {} : { namespace }),
});

interface Script {
  readonly store: Store;
  readonly calls: { keys: string[]; known: string[]; signal: AbortSignal }[];
  answer: (ref: Ref) => Read | Promise<Read>;
}

/** A store whose answers a test decides, which writes down each call. */
function scripted(batchSize?: number): Script {
  const script: Script = {
    calls: [],
    answer: (ref) => ({ value: Secret.fromText(`value of ${ref.key}`), version: "1" }),
    store: {
      ...(batchSize === undefined ? {} : { batchSize }),
      async read(refs, known, signal) {
        script.calls.push({ keys: refs.map(({ key }) => key), known: [...known.values()], signal });
        return new Map(await Promise.all(refs.map(async (ref) => [ref, await script.answer(ref)] as const)));
      },
      validate: async () => undefined,
      close: async () => {},
    },
  };
  return script;
}

const clockAndCache = (more: Partial<Parameters<typeof createReadThrough>[0]> = {}) => {
  const clock = new ManualClock();
  return { clock, cache: createReadThrough({ clock, random: () => 0, ...more }) };
};
const anybody = (): StoreError | undefined => undefined;
const request = (maxAgeMillis = 60_000, signal = new AbortController().signal) => ({
  maxAgeMillis,
  signal,
  permits: anybody,
});
const text = (answer: Answer | undefined): string => {
  assert.ok(answer !== undefined && isValue(answer), JSON.stringify(answer));
  return answer.value.unwrap().toString();
};

test("asks of many callers for few keys become one batch with each key once", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  const reader = cache.reader(identity("s"), async () => script.store);
  const asks = Array.from({ length: 30 }, async (_, n) => {
    const refs = [{ key: `k${n % 3}` }, { key: "shared" }];
    const answers = await reader.read(refs, request());
    return refs.map((ref) => text(answers.get(ref)));
  });
  await clock.advance(10);
  assert.deepEqual((await Promise.all(asks))[4], ["value of k1", "value of shared"]);
  assert.deepEqual(
    script.calls.map(({ keys }) => keys),
    [["k0", "shared", "k1", "k2"]],
  );
});

test("a wave reuses values, an asker who insists on fresh ones gets them, and unchanged values are not sent again", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  const reader = cache.reader(identity("s"), async () => script.store);
  const read = async (maxAgeMillis: number): Promise<string> => {
    const ref = { key: "k" };
    const asking = reader.read([ref], request(maxAgeMillis));
    await clock.advance(10);
    return text((await asking).get(ref));
  };
  await read(1_000);
  await read(1_000);
  assert.equal(script.calls.length, 1);
  script.answer = () => "unchanged";
  assert.equal(await read(0), "value of k");
  assert.deepEqual(script.calls[1]?.known, ["1"]);
  script.answer = () => ({ value: Secret.fromText("new"), version: "2" });
  assert.equal(await read(0), "new");
  assert.equal(cache.counts().unchanged, 1);
});

test("an asker who insists on fresh does not take a flight that began before it asked", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  let current = "old";
  script.answer = async () => {
    const value = Secret.fromText(current);
    await clock.sleep(100);
    return { value, version: "1" };
  };
  const reader = cache.reader(identity("s"), async () => script.store);
  const [a, b] = [{ key: "k" }, { key: "k" }];
  const first = reader.read([a], request());
  await clock.advance(50);
  current = "new";
  const second = reader.read([b], request(0));
  await clock.advance(500);
  assert.equal(text((await first).get(a)), "old");
  assert.equal(text((await second).get(b)), "new");
});

test("A's cached value is not given to an unauthorised B, with the same identity or another", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  const a = cache.reader(identity("s"), async () => script.store);
  const ref = { key: "team-a/db" };
  const reading = a.read([ref], request());
  await clock.advance(10);
  assert.equal(text((await reading).get(ref)), "value of team-a/db");

  const refused: StoreError = { error: "denied", message: "namespace b may not read team-a/*" };
  const sameIdentity = await a.read([ref], { ...request(), permits: () => refused });
  assert.deepEqual(sameIdentity.get(ref), refused);

  const other = scripted();
  other.answer = () => refused;
  const b = cache.reader(identity("s", "b"), async () => other.store);
  const asking = b.read([ref], request());
  await clock.advance(10);
  assert.deepEqual((await asking).get(ref), refused);
  assert.equal(other.calls.length, 1);
});

test("one waiter's abort leaves the others their answer; the last one's abort reaches the store", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  script.answer = async (ref) => {
    await clock.sleep(100);
    return { value: Secret.fromText(ref.key), version: "1" };
  };
  const reader = cache.reader(identity("s"), async () => script.store);
  const impatient = new AbortController();
  const ref = { key: "k" };
  const leaving = reader.read([{ key: "k" }], request(60_000, impatient.signal));
  const staying = reader.read([ref], request());
  await clock.advance(10);
  impatient.abort();
  await assert.rejects(leaving, { name: "AbortError" });
  await clock.advance(200);
  assert.equal(text((await staying).get(ref)), "k");
  assert.equal(script.calls[0]?.signal.aborted, false);

  const last = new AbortController();
  const alone = reader.read([{ key: "other" }], request(60_000, last.signal));
  await clock.advance(10);
  last.abort();
  await assert.rejects(alone, { name: "AbortError" });
  assert.equal(script.calls[1]?.signal.aborted, true);
  await clock.advance(200);
});

test("a dead store never holds up another, and is not asked while it rests", async () => {
  const { clock, cache } = clockAndCache({ timeoutMillis: 1_000 });
  const dead = scripted(1);
  dead.answer = () => new Promise<Read>(() => {});
  const alive = scripted();
  const slowReader = cache.reader(identity("dead"), async () => dead.store);
  const reader = cache.reader(identity("alive"), async () => alive.store);
  const refs = Array.from({ length: 40 }, (_, n) => ({ key: `k${n}` }));
  const hanging = slowReader.read(refs, request());
  const ref = { key: "k" };
  const reading = reader.read([ref], request());
  await clock.advance(10);
  assert.equal(text((await reading).get(ref)), "value of k");
  await clock.advance(2_000);
  assert.ok([...(await hanging).values()].every((answer) => isStoreError(answer) && answer.error === "unavailable"));
  const calls = dead.calls.length;
  assert.ok(calls < 40, `${calls} calls of a dead store`);
  const again = (await slowReader.read([{ key: "new" }], request(0))).values().next().value;
  assert.ok(again !== undefined && isStoreError(again) && (again.retryAfterMillis ?? 0) > 0);
  assert.equal(dead.calls.length, calls);
});

test("one key that cannot be read never spoils the batch", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  script.answer = (ref) =>
    ref.key === "bad" ? { error: "unavailable", message: "500" } : { value: Secret.fromText(ref.key), version: "1" };
  const reader = cache.reader(identity("s"), async () => script.store);
  for (let round = 0; round < 10; round++) {
    const [good, bad] = [{ key: "good" }, { key: "bad" }];
    const reading = reader.read([good, bad], request(0));
    await clock.advance(10);
    const answers = await reading;
    assert.equal(text(answers.get(good)), "good");
    assert.deepEqual(answers.get(bad), { error: "unavailable", message: "500" });
  }
});

test("missing is remembered for a short time, and not towards who insists on fresh", async () => {
  const { clock, cache } = clockAndCache();
  const script = scripted();
  script.answer = () => ({ error: "missing", message: "no such key" });
  const reader = cache.reader(identity("s"), async () => script.store);
  const ask = async (maxAgeMillis: number): Promise<void> => {
    const reading = reader.read([{ key: "k" }], request(maxAgeMillis));
    await clock.advance(5);
    await reading;
  };
  await ask(60_000);
  await ask(60_000);
  assert.equal(script.calls.length, 1);
  await ask(0);
  assert.equal(script.calls.length, 2);
  await clock.advance(20_000);
  await ask(60_000);
  assert.equal(script.calls.length, 3);
});

test("a store that throws, forgets keys or cannot be opened gives an error for each ref", async () => {
  const { clock, cache } = clockAndCache();
  const answerOf = async (store: () => Promise<Store>, name: string): Promise<Answer | undefined> => {
    const reading = cache.reader(identity(name), store).read([{ key: "k" }], request());
    await clock.advance(10);
    return [...(await reading).values()][0];
  };
  const throwing = scripted();
  throwing.answer = () => {
    throw new Error("boom");
  };
  const forgetful = { ...scripted().store, read: async () => new Map() };
  const answers = [
    await answerOf(async () => throwing.store, "throwing"),
    await answerOf(async () => forgetful, "forgetful"),
    await answerOf(() => Promise.reject(new Error("cannot open")), "closed"),
  ];
  for (const answer of answers)
    assert.ok(answer !== undefined && isStoreError(answer) && answer.error === "unavailable");
});

test("values are wiped when evicted, swept or closed, but not those that were handed out", async () => {
  const { clock, cache } = clockAndCache({ bytes: { total: 3_000, perTenant: 3_000, perIdentity: 3_000 } });
  const script = scripted();
  const held: Secret[] = [];
  script.answer = (ref) => {
    const value = Secret.fromText(ref.key.repeat(100));
    held.push(value);
    return { value, version: "1" };
  };
  const reader = cache.reader(identity("s"), async () => script.store);
  const out: Answer[] = [];
  for (let n = 0; n < 10; n++) {
    const reading = reader.read([{ key: `key-${n}` }], request());
    await clock.advance(10);
    out.push(...(await reading).values());
  }
  assert.ok(cache.counts().bytes <= 3_000);
  const isWiped = (secret: Secret): boolean => {
    try {
      return secret.size < 0;
    } catch {
      return true;
    }
  };
  assert.ok(held.filter(isWiped).length >= 6);
  await clock.advance(700_000);
  await cache.sweep();
  assert.ok(held.every(isWiped));
  assert.equal(cache.counts().bytes, 0);
  out.forEach((answer, n) => assert.equal(text(answer), `key-${n}`.repeat(100)));
  await cache.close();
});

test("a leased value lives as long as its lease is renewed, and the lease is forgotten with its store", async () => {
  const clock = new ManualClock(0);
  const leases = new LeaseTable(clock, () => 0);
  const cache = createReadThrough({ clock, random: () => 0, leases });
  const script = scripted();
  let renewals = 0;
  script.answer = () => {
    const lease = { id: "l", renewable: true, durationMillis: 60_000, issuedAt: clock.now() };
    return { value: Secret.fromText("login"), version: "1", lease };
  };
  const renew: NonNullable<Store["renew"]> = async (lease) => {
    renewals += 1;
    if (renewals > 2) return { error: "denied", message: "no more" };
    return { ...lease, issuedAt: clock.now() };
  };
  const reader = cache.reader(identity("s"), async () => ({ ...script.store, renew }));
  const read = async (): Promise<void> => {
    const reading = reader.read([{ key: "k" }], request(Number.POSITIVE_INFINITY));
    await clock.advance(5);
    await reading;
  };
  const stop = new AbortController();
  const running = leases.run(stop.signal);
  await read();
  await clock.advance(100_000);
  await read();
  assert.deepEqual([script.calls.length, renewals], [1, 2], "one login for as long as it is renewed");
  await clock.advance(100_000);
  await read();
  assert.equal(script.calls.length, 2, "the lease ended, so the value is not given out again");
  assert.equal(leases.size, 1);
  await cache.forget(identity("s"));
  assert.equal(leases.size, 0);
  stop.abort();
  await running;
});
