import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { type ErrorCode, KustodyError } from "../../../kernel/errors.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import type { Envelope } from "./envelope.ts";
import { type KmsEvent, KmsPlugin } from "./kms-plugin.ts";
import { KMS_LIMITS, type KmsLimits } from "./limits.ts";
import { Remote } from "./remote.ts";
import { FixtureKey, refused, unreachable } from "./testing/fixture-key.ts";

const HOUR = 3600_000;
const seed = (): Secret => Secret.fromBytes(randomBytes(32));

function rig(limits: Partial<KmsLimits> = {}, key = new FixtureKey()) {
  const time = { now: 1e12 };
  const clock = { now: () => time.now, sleep: async () => undefined };
  const events: KmsEvent[] = [];
  const remote = new Remote({ keys: [key], clock, callMillis: 1000 });
  const plugin = new KmsPlugin({
    remote,
    clock,
    limits: { ...KMS_LIMITS, ...limits },
    version: "v2",
    onEvent: (event) => events.push(event),
  });
  return { plugin, key, time, events };
}

const failsWith =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    error instanceof KustodyError && error.code === code;
const decrypts = async (plugin: KmsPlugin, envelope: Envelope, plaintext: Secret): Promise<void> =>
  assert.ok((await plugin.decrypt(envelope)).equals(plaintext));

test("before the key service has answered, Status and Encrypt are errors; afterwards they name one key id", async () => {
  const { plugin, key } = rig();
  assert.throws(() => plugin.status(), failsWith("KST_KEY_UNREACHABLE"));
  assert.throws(() => plugin.encrypt(seed()), failsWith("KST_KEY_UNREACHABLE"));
  key.fault = unreachable;
  assert.equal(await plugin.probe(), false);
  assert.throws(() => plugin.status(), failsWith("KST_KEY_UNREACHABLE"));
  key.fault = undefined;
  assert.equal(await plugin.probe(), true);
  assert.equal(plugin.status().keyId, "fixture.1");
  assert.equal(plugin.encrypt(seed()).keyId, "fixture.1");
});

test("an unreachable service changes nothing while the KEK is within its age, and then both are errors", async () => {
  const { plugin, key, time } = rig({ kekAge: HOUR });
  await plugin.probe();
  const plaintext = seed();
  const envelope = plugin.encrypt(plaintext);
  key.fault = unreachable;
  time.now += HOUR - 1;
  assert.equal(await plugin.probe(), false);
  assert.equal(plugin.status().keyId, "fixture.1");
  await decrypts(plugin, envelope, plaintext);
  time.now += 1;
  assert.throws(() => plugin.status(), failsWith("KST_KEY_UNREACHABLE"));
  assert.throws(() => plugin.encrypt(plaintext), failsWith("KST_KEY_UNREACHABLE"));
  await assert.rejects(async () => await plugin.decrypt(envelope), failsWith("KST_KEY_UNREACHABLE"));
  key.fault = undefined;
  assert.equal(await plugin.probe(), true);
  await decrypts(plugin, envelope, plaintext);
});

test("each probe that succeeds lets the KEK live on", async () => {
  const { plugin, time } = rig({ kekAge: HOUR });
  for (let hour = 0; hour < 20; hour++) {
    assert.equal(await plugin.probe(), true);
    time.now += HOUR - 1;
    assert.equal(plugin.status().keyId, "fixture.1");
  }
});

test("a key that the service refuses is an error at once, and nothing is decrypted with what was in memory", async () => {
  const { plugin, key, events } = rig();
  await plugin.probe();
  const plaintext = seed();
  const envelope = plugin.encrypt(plaintext);
  key.fault = refused;
  await plugin.probe();
  assert.throws(() => plugin.status(), failsWith("KST_KEY_REFUSED"));
  assert.throws(() => plugin.encrypt(plaintext), failsWith("KST_KEY_REFUSED"));
  await assert.rejects(async () => await plugin.decrypt(envelope), failsWith("KST_KEY_REFUSED"));
  key.fault = undefined;
  await plugin.probe();
  assert.equal(plugin.status().keyId, "fixture.1");
  await decrypts(plugin, envelope, plaintext);
  assert.deepEqual(
    events.map(({ event }) => event),
    ["key", "refused", "recovered"],
  );
});

test("a new version is taken up by the next probe, and what the old one encrypted is still decrypted", async () => {
  const { plugin, key, events } = rig();
  await plugin.probe();
  const plaintext = seed();
  const old = plugin.encrypt(plaintext);
  key.version = 2;
  assert.equal(plugin.status().keyId, "fixture.1");
  await plugin.probe();
  assert.equal(plugin.status().keyId, "fixture.2");
  assert.equal(plugin.encrypt(plaintext).keyId, "fixture.2");
  await decrypts(plugin, old, plaintext);
  assert.deepEqual(events.at(-1), { event: "key", keyId: "fixture.2", before: "fixture.1" });
});

test("a key that goes back to a version it had left is refused: a key id is not used twice", async () => {
  const { plugin, key } = rig();
  await plugin.probe();
  key.version = 2;
  await plugin.probe();
  key.version = 1;
  assert.equal(await plugin.probe(), false);
  assert.throws(() => plugin.status(), failsWith("KST_KEY_REFUSED"));
  key.version = 3;
  assert.equal(await plugin.probe(), true);
  assert.equal(plugin.status().keyId, "fixture.3");
});

test("many decryptions at once of a KEK that is not in memory ask the key service once", async () => {
  const key = new FixtureKey();
  const first = rig({}, key);
  await first.plugin.probe();
  const sealed = Array.from({ length: 200 }, () => {
    const plaintext = seed();
    return { plaintext, envelope: first.plugin.encrypt(plaintext) };
  });
  const other = rig({}, key);
  await other.plugin.probe();
  const before = key.calls.unwrap;
  await Promise.all(sealed.map(({ plaintext, envelope }) => decrypts(other.plugin, envelope, plaintext)));
  assert.equal(key.calls.unwrap - before, 1);
});

test("what an older key encrypted is decrypted by it, also where both keys look alike", async () => {
  const [old, next] = [new FixtureKey(), new FixtureKey()];
  const before = rig({}, old);
  await before.plugin.probe();
  const plaintext = seed();
  const envelope = before.plugin.encrypt(plaintext);
  const clock = { now: () => 1e12, sleep: async () => undefined };
  const remote = new Remote({ keys: [next, old], clock, callMillis: 1000 });
  const plugin = new KmsPlugin({ remote, clock, limits: KMS_LIMITS, version: "v2" });
  await plugin.probe();
  await decrypts(plugin, envelope, plaintext);
  const alone = rig({}, next);
  await alone.plugin.probe();
  await assert.rejects(async () => await alone.plugin.decrypt(envelope), failsWith("KST_KEY_MISMATCH"));
});

test("a KEK is replaced when it was used half as often as it may be, and refused when it was used that often", async () => {
  const { plugin, key } = rig({ kekUses: 4 });
  await plugin.probe();
  const plaintext = seed();
  const envelopes = [1, 2, 3, 4].map(() => plugin.encrypt(plaintext));
  assert.throws(() => plugin.encrypt(plaintext), failsWith("KST_KEY_UNREACHABLE"));
  assert.equal(plugin.status().keyId, "fixture.1");
  await plugin.probe();
  envelopes.push(plugin.encrypt(plaintext));
  const keks = new Set(envelopes.map(({ annotations }) => Object.values(annotations)[0]?.toString("hex")));
  assert.equal(keks.size, 2);
  const calls = key.calls.unwrap;
  for (const envelope of envelopes) await decrypts(plugin, envelope, plaintext);
  assert.equal(key.calls.unwrap, calls, "both are in memory");
});

test("a KEK that the service no longer unwraps is wiped at half its age", async () => {
  const { plugin, key, time } = rig({ kekAge: HOUR });
  await plugin.probe();
  const plaintext = seed();
  const old = plugin.encrypt(plaintext);
  key.version = 2;
  await plugin.probe();
  await decrypts(plugin, old, plaintext);
  const real = key.unwrap.bind(key);
  key.unwrap = async (wrapped) => {
    if (wrapped.keyId === "fixture.1") throw new KustodyError("KST_KEY_MISMATCH", "this version is too old");
    return await real(wrapped);
  };
  time.now += HOUR / 2;
  assert.equal(await plugin.probe(), true);
  assert.equal(plugin.cachedKeks, 0);
  await assert.rejects(async () => await plugin.decrypt(old), failsWith("KST_KEY_MISMATCH"));
});

test("a KEK that the service unwraps to something else is wiped at half its age", async () => {
  const { plugin, key, time } = rig({ kekAge: HOUR });
  await plugin.probe();
  plugin.encrypt(seed());
  key.version = 2;
  await plugin.probe();
  assert.equal(plugin.cachedKeks, 1);
  const real = key.unwrap.bind(key);
  key.unwrap = async (wrapped) => (wrapped.keyId === "fixture.1" ? seed() : await real(wrapped));
  time.now += HOUR / 2;
  await plugin.probe();
  assert.equal(plugin.cachedKeks, 0);
});

test("a clock that goes back does not let a KEK live longer", async () => {
  const { plugin, key, time } = rig({ kekAge: HOUR });
  await plugin.probe();
  const envelope = plugin.encrypt(seed());
  key.fault = unreachable;
  time.now -= 5 * HOUR;
  assert.throws(() => plugin.status(), failsWith("KST_KEY_UNREACHABLE"));
  await assert.rejects(async () => await plugin.decrypt(envelope), failsWith("KST_KEY_UNREACHABLE"));
});

test("no more KEKs are kept than allowed; who was used longest ago goes first", async () => {
  const { plugin, key } = rig({ keks: 3 });
  const sealed: Envelope[] = [];
  for (let n = 0; n < 6; n++) {
    await plugin.probe();
    sealed.push(plugin.encrypt(seed()));
    key.version += 1;
  }
  assert.equal(plugin.cachedKeks, 3);
  const calls = key.calls.unwrap;
  await plugin.decrypt(sealed[4] as Envelope);
  assert.equal(key.calls.unwrap, calls);
  await plugin.decrypt(sealed[0] as Envelope);
  assert.equal(key.calls.unwrap, calls + 1);
  assert.equal(plugin.cachedKeks, 3);
});

test("while the service is unreachable callers are told at once after five of them waited", async () => {
  const key = new FixtureKey();
  const first = rig({}, key);
  await first.plugin.probe();
  const envelopes: Envelope[] = [];
  for (let n = 0; n < 8; n++) {
    envelopes.push(first.plugin.encrypt(seed()));
    key.version += 1;
    await first.plugin.probe();
  }
  const { plugin, time } = rig({}, key);
  key.fault = unreachable;
  const before = key.calls.unwrap;
  const attempt = async (n: number) =>
    await assert.rejects(async () => await plugin.decrypt(envelopes[n] as Envelope), failsWith("KST_KEY_UNREACHABLE"));
  for (let n = 0; n < 8; n++) await attempt(n);
  assert.equal(key.calls.unwrap - before, 5);
  time.now += 5_000;
  await attempt(0);
  await attempt(1);
  assert.equal(key.calls.unwrap - before, 6, "one is let through to see");
  key.fault = undefined;
  time.now += 5_000;
  await plugin.decrypt(envelopes[0] as Envelope);
  await plugin.decrypt(envelopes[1] as Envelope);
});

test("clocks that jump: nothing is decrypted wrongly, nothing lost, and the next probe puts all right", async () => {
  const step = fc.oneof(
    fc.record({ jump: fc.integer({ min: -5 * HOUR, max: 5 * HOUR }) }),
    fc.constantFrom("probe" as const, "encrypt" as const, "rotate" as const, "outage" as const, "back" as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { plugin, key, time } = rig({ kekAge: HOUR, kekUses: 6, keks: 3 });
      const sealed: { plaintext: Secret; envelope: Envelope }[] = [];
      for (const one of steps) {
        if (typeof one === "object") time.now += one.jump;
        else if (one === "probe") await plugin.probe();
        else if (one === "rotate") key.version += 1;
        else if (one === "outage") key.fault = unreachable;
        else if (one === "back") key.fault = undefined;
        else {
          const plaintext = seed();
          try {
            sealed.push({ plaintext, envelope: plugin.encrypt(plaintext) });
            assert.equal(sealed.at(-1)?.envelope.keyId, plugin.status().keyId);
          } catch (error) {
            assert.ok(failsWith("KST_KEY_UNREACHABLE")(error));
          }
        }
      }
      key.fault = undefined;
      time.now += 10_000;
      assert.equal(await plugin.probe(), true);
      assert.equal(plugin.status().keyId, `fixture.${key.version}`);
      for (const { plaintext, envelope } of sealed) await decrypts(plugin, envelope, plaintext);
    }),
  );
});
