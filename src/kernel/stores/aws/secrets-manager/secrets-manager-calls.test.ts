import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Secret } from "../../../secret/secret.ts";
import { isStoreError, isValue, type Read, type Ref, type Store, type Version } from "../../store.ts";
import { ManualClock } from "../../testing/manual-clock.ts";
import { AwsRig } from "../testing/aws-rig.ts";
import { openWithKey } from "../testing/open-aws.ts";

const SECRETS = 60;
const { signal } = new AbortController();
let rig: AwsRig;
let store: Store;
before(async () => {
  rig = await AwsRig.start();
  for (let n = 0; n < SECRETS; n++) await rig.put(`wave/key-${n}`, `value-${n}`);
});
after(() => rig?.[Symbol.asyncDispose]());
beforeEach(() => {
  rig.gate.decide = () => undefined;
  rig.gate.calls.length = 0;
});

/** As the read-through asks: batches of twenty, several at once. */
async function wave(from: Store, known = new Map<string, Version>(), count = SECRETS): Promise<Map<string, Read>> {
  const refs = Array.from({ length: count }, (_, n): Ref => ({ key: `wave/key-${n}` }));
  const reads = new Map<string, Read>();
  const batches = Array.from({ length: Math.ceil(count / 20) }, (_, n) => refs.slice(n * 20, n * 20 + 20));
  await Promise.all(
    batches.map(async (batch) => {
      const versions = batch.flatMap((ref) => {
        const version = known.get(ref.key);
        return version === undefined ? [] : [[ref, version] as const];
      });
      for (const [{ key }, read] of await from.read(batch, new Map(versions), signal)) reads.set(key, read);
    }),
  );
  return reads;
}
const versionsOf = (reads: ReadonlyMap<string, Read>): Map<string, Version> =>
  new Map([...reads].flatMap(([key, read]) => (isValue(read) ? [[key, read.version] as const] : [])));
const textOf = (read: Read | undefined): string | undefined =>
  read !== undefined && isValue(read) ? read.value.unwrap().toString() : undefined;
const errorOf = (read: Read | undefined): string | undefined =>
  read !== undefined && isStoreError(read) ? read.error : undefined;
const one = async (key: string, more: Partial<Ref> = {}): Promise<Read | undefined> => {
  const ref = { key, ...more };
  return (await store.read([ref], new Map(), signal)).get(ref);
};

describe("the calls of a wave", () => {
  before(async () => {
    store = await openWithKey(rig);
  });
  after(() => store.close());

  test("what is not known is read twenty a call; what is known and did not change by one listing, without any value", async () => {
    const first = await wave(store);
    assert.equal(textOf(first.get("wave/key-59")), "value-59");
    assert.deepEqual(rig.gate.counts(), { "secretsmanager:BatchGetSecretValue": 3 });
    rig.gate.calls.length = 0;
    const second = await wave(store, versionsOf(first));
    assert.ok([...second.values()].every((read) => read === "unchanged"));
    assert.deepEqual(rig.gate.counts(), { "secretsmanager:ListSecrets": 1 });
  });

  test("only what changed is read again, and a few are compared one by one", async () => {
    const fresh = await openWithKey(rig);
    const versions = versionsOf(await wave(fresh, new Map(), 5));
    await rig.put("wave/key-3", "changed");
    rig.gate.calls.length = 0;
    const reads = await wave(fresh, versions, 5);
    await fresh.close();
    assert.equal(textOf(reads.get("wave/key-3")), "changed");
    assert.equal([...reads.values()].filter((read) => read === "unchanged").length, 4);
    assert.deepEqual(rig.gate.counts(), { "secretsmanager:DescribeSecret": 5, "secretsmanager:GetSecretValue": 1 });
  });

  test("keys that come few at a time are compared one by one, until a listing is cheaper; it serves for ten seconds", async () => {
    const clock = new ManualClock(Date.now());
    const trickling = await openWithKey(rig, {}, undefined, { clock });
    const versions = versionsOf(await wave(trickling));
    rig.gate.calls.length = 0;
    for (let n = 0; n < SECRETS; n++) {
      const ref: Ref = { key: `wave/key-${n}` };
      const read = await trickling.read([ref], new Map([[ref, versions.get(ref.key) ?? ""]]), signal);
      assert.equal(read.get(ref), "unchanged");
      await clock.advance(500);
    }
    // Thirty seconds: three listings; each ten begin with what one listing of one page costs.
    const { "secretsmanager:ListSecrets": lists = 0, "secretsmanager:DescribeSecret": describes = 0 } =
      rig.gate.counts();
    assert.equal(lists, 3);
    assert.ok(describes <= 5 + 1 + 1, `${describes} compared one by one`);
    await trickling.close();
  });

  test("who may not list reads the values in batches, and does not ask to list again", async () => {
    rig.gate.decide = ({ action }) => (action.endsWith("ListSecrets") ? { name: "AccessDeniedException" } : undefined);
    const denied = await openWithKey(rig);
    const versions = versionsOf(await wave(denied));
    for (let round = 0; round < 2; round++)
      assert.equal(textOf((await wave(denied, versions)).get("wave/key-7")), "value-7");
    const { "secretsmanager:ListSecrets": lists = 0, ...others } = rig.gate.counts();
    assert.ok(lists >= 1 && lists <= 3, `${lists} listings`);
    assert.deepEqual(others, { "secretsmanager:BatchGetSecretValue": 9 });
    await denied.close();
  });

  test("who may not read in batches reads one by one, remembers it for an hour, and then tries again", async () => {
    rig.gate.decide = ({ action }) => {
      return action.endsWith("BatchGetSecretValue") ? { name: "AccessDeniedException" } : undefined;
    };
    const clock = new ManualClock(Date.now());
    const denied = await openWithKey(rig, {}, undefined, { clock });
    const refs = Array.from({ length: 20 }, (_, n): Ref => ({ key: `wave/key-${n}` }));
    const round = async () => (await denied.read(refs, new Map(), signal)).get(refs[0] as Ref);
    assert.equal(textOf(await round()), "value-0");
    assert.equal(textOf(await round()), "value-0");
    const counts = { "secretsmanager:BatchGetSecretValue": 1, "secretsmanager:GetSecretValue": 40 };
    assert.deepEqual(rig.gate.counts(), counts);
    await clock.advance(3_600_000);
    rig.gate.decide = () => undefined;
    rig.gate.calls.length = 0;
    assert.equal(textOf(await round()), "value-0");
    assert.deepEqual(rig.gate.counts(), { "secretsmanager:BatchGetSecretValue": 1 });
    await denied.close();
  });

  test("one secret that is refused, is gone or waits for deletion spoils no other", async () => {
    rig.gate.decide = ({ action, body }) =>
      action.endsWith("GetSecretValue") && !action.includes("Batch") && body.includes("key-1")
        ? { name: "AccessDeniedException", message: "Access to KMS is not allowed" }
        : action.includes("Batch") && body.includes("key-1")
          ? { name: "InvalidRequestException" }
          : undefined;
    const refs = ["wave/key-0", "wave/key-1", "wave/none"].map((key): Ref => ({ key }));
    const reads = await store.read(refs, new Map(), signal);
    assert.deepEqual(
      refs.map((ref) => textOf(reads.get(ref)) ?? errorOf(reads.get(ref))),
      ["value-0", "denied", "missing"],
    );
  });

  test("a reply that is cut off may pass, and nothing of it is quoted", async () => {
    for (const raw of ['{"Name":"x","SecretString":"canary-17', "canary-17", '{"SecretString":["canary-17"]}']) {
      for (const status of [200, 400, 500]) {
        rig.gate.decide = () => ({ status, name: "", raw });
        const read = await one("wave/key-0");
        assert.ok(read !== undefined && isStoreError(read), `${raw} was taken for a value`);
        assert.doesNotMatch(read.message, /canary/);
      }
    }
  });

  test("throttling is told with AWS's own pause, and is not sent again here", async () => {
    rig.gate.decide = () => ({ name: "ThrottlingException", headers: { "retry-after": "7" } });
    const read = await one("wave/key-0");
    assert.ok(read !== undefined && isStoreError(read));
    assert.deepEqual([read.error, read.retryAfterMillis], ["throttled", 7_000]);
    assert.equal(rig.gate.calls.length, 1);
    rig.gate.decide = () => ({ status: 503, name: "SomethingNew" });
    assert.equal(errorOf(await one("wave/key-0")), "unavailable");
  });
});

describe("what a key of Secrets Manager may be", () => {
  before(async () => {
    await rig.put("shop/db", "v1", [{ Key: "team", Value: "<a&b>" }]);
    await rig.put("shop/bytes", Buffer.from([0, 0xff, 0x80]), [{ Key: "team", Value: "x" }]);
    store = await openWithKey(rig, { prefix: "shop/" });
  });
  after(() => store.close());

  test("the prefix stands before each name, and an ARN stands for itself, whole or without its end", async () => {
    assert.equal(textOf(await one("db")), "v1");
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:wave/key-1";
    const listed = await rig.arnOf("wave/key-1");
    assert.equal(textOf(await one(listed)), "value-1");
    assert.equal(listed.slice(0, -7), arn);
    const refs: Ref[] = [{ key: listed }, { key: "db" }, { key: "bytes" }];
    const reads = await store.read(refs, new Map(), signal);
    assert.deepEqual(
      refs.slice(0, 2).map((ref) => textOf(reads.get(ref))),
      ["value-1", "v1"],
    );
    const bytes = reads.get(refs[2] as Ref) as Read;
    assert.ok(isValue(bytes));
    assert.deepEqual(bytes.value.unwrap(), Buffer.from([0, 0xff, 0x80]));
  });

  test("stages and versions are read; AWSPREVIOUS is the one before", async () => {
    const first = (await one("db")) as Read;
    await rig.put("shop/db", "v2");
    assert.equal(textOf(await one("db", { version: "AWSPREVIOUS" })), "v1");
    assert.equal(textOf(await one("db", { version: "AWSCURRENT" })), "v2");
    assert.ok(isValue(first));
    assert.match(first.version, /^uuid\//);
    assert.equal(textOf(await one("db", { version: first.version })), "v1");
    assert.equal(errorOf(await one("db", { version: "no-such-stage" })), "missing");
    assert.equal(errorOf(await one("db", { version: "uuid/short" })), "invalid");
  });

  test("metadata are the tags, as Go writes them", async () => {
    assert.equal(textOf(await one("db", { part: "metadata" })), '{"team":"\\u003ca\\u0026b\\u003e"}');
    const ref: Ref = { key: "db", part: "metadata" };
    const read = (await store.read([ref], new Map(), signal)).get(ref) as Read;
    assert.ok(isValue(read));
    assert.equal((await store.read([ref], new Map([[ref, read.version]]), signal)).get(ref), "unchanged");
  });

  test("find knows names below the prefix, paths and tags", async () => {
    const found = async (query: object) => {
      const keys: string[] = [];
      for await (const { key } of store.find?.(query, signal) ?? []) keys.push(key);
      return keys.sort();
    };
    assert.deepEqual(await found({}), ["bytes", "db"]);
    assert.deepEqual(await found({ name: "^d" }), ["db"]);
    assert.deepEqual(await found({ tags: { team: "x" } }), ["bytes"]);
    assert.deepEqual(await found({ path: "d", name: "b$" }), ["db"]);
    assert.deepEqual(await found({ path: "!d" }), []);
  });
});

describe("writing to Secrets Manager", () => {
  before(async () => {
    store = await openWithKey(rig, { secretsManager: { recoveryWindowInDays: 9 } });
  });
  after(() => store.close());
  const write = async (key: string, text: string) =>
    await store.write?.({ key }, Secret.fromText(text), undefined, signal);

  test("what it makes carries External Secrets Operator's tag; what others made is neither written over nor removed", async () => {
    await write("made/one", "x");
    assert.deepEqual(await rig.tagsOf("made/one"), [{ Key: "managed-by", Value: "external-secrets" }]);
    await rig.put("made/by-hand", "theirs");
    for (const answer of [await write("made/by-hand", "ours"), await store.remove?.({ key: "made/by-hand" }, signal)])
      assert.equal(errorOf(answer as Read), "denied");
    assert.equal(textOf(await one("made/by-hand")), "theirs");
  });

  test("a removed secret waits as long as the store says; until then it is missing, and not written to", async () => {
    await write("made/doomed", "x");
    assert.equal(await store.remove?.({ key: "made/doomed" }, signal), undefined);
    const call = rig.gate.calls.find(({ action }) => action.endsWith("DeleteSecret"));
    assert.match(call?.body ?? "", /"RecoveryWindowInDays":9/);
    assert.equal(errorOf(await one("made/doomed")), "missing");
    const refs: Ref[] = [{ key: "made/doomed" }, { key: "made/one" }];
    const reads = await store.read(refs, new Map(), signal);
    assert.deepEqual(
      refs.map((ref) => textOf(reads.get(ref)) ?? errorOf(reads.get(ref))),
      ["missing", "x"],
    );
    assert.equal(errorOf((await write("made/doomed", "again")) as Read), "conflict");
  });

  test("more than 64 KiB is refused before it is sent", async () => {
    rig.gate.calls.length = 0;
    assert.equal(errorOf((await write("made/large", "x".repeat(65_537))) as Read), "invalid");
    assert.equal(rig.gate.calls.length, 0);
  });
});
