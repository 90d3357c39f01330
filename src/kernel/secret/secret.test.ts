import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";
import * as fc from "fast-check";
import { Secret } from "./secret.ts";

const VALUE = "correct-horse-battery";

test("a secret prints as [secret] wherever it is turned into text", () => {
  const secret = Secret.fromText(VALUE);
  const printed = [
    // oxlint-disable-next-line typescript/restrict-template-expressions -- this is what the linter forbids elsewhere
    `${secret}`,
    String(secret),
    inspect(secret, { depth: 9, showHidden: true }),
    inspect({ nested: [new Map([["k", secret]])] }, { depth: 9, showHidden: true }),
    format("%s %o %j %O", secret, secret, secret, secret),
    JSON.stringify({ secret, list: [secret] }),
    "x" + secret,
    new Error("failed", { cause: secret }).cause,
    inspect(new Error("failed", { cause: secret })),
    Object.keys(secret).join(),
  ].map(String);
  for (const text of printed) {
    for (const form of [VALUE, Buffer.from(VALUE).toString("base64"), Buffer.from(VALUE).toString("hex")]) {
      assert.ok(!text.includes(form), text);
    }
  }
  assert.equal(String(secret), "[secret]");
});

test("unwrap gives the bytes, and dispose turns them into zeros and ends every use", () => {
  const secret = Secret.fromText(VALUE);
  const bytes = secret.unwrap();
  assert.equal(bytes.toString(), VALUE);
  secret.dispose();
  assert.ok(bytes.every((byte) => byte === 0));
  assert.throws(() => secret.unwrap(), /disposed/);
  assert.throws(() => secret.size, /disposed/);
  assert.equal(String(secret), "[secret]");
  secret.dispose();
});

test("using disposes at the end of the block", () => {
  let bytes: Buffer;
  {
    using secret = Secret.fromText(VALUE);
    bytes = secret.unwrap();
  }
  assert.equal(bytes[0], 0);
});

test("fromBytes takes the caller's bytes over instead of copying them", () => {
  const bytes = Buffer.from(VALUE);
  Secret.fromBytes(bytes).dispose();
  assert.equal(bytes[0], 0);
});

test("equals agrees with byte equality, also for different lengths", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      const same = Buffer.from(a).equals(Buffer.from(b));
      assert.equal(Secret.fromBytes(a.slice()).equals(Secret.fromBytes(b.slice())), same);
      assert.ok(Secret.fromBytes(a.slice()).equals(Secret.fromBytes(a.slice())));
    }),
  );
});

test("a fingerprint depends on the key and the value, and refuses a short key", () => {
  const [key, otherKey] = [Secret.fromBytes(Buffer.alloc(32, 1)), Secret.fromBytes(Buffer.alloc(32, 2))];
  const print = Secret.fromText(VALUE).fingerprint(key);
  assert.deepEqual(print, Secret.fromText(VALUE).fingerprint(key));
  assert.notDeepEqual(print, Secret.fromText(VALUE).fingerprint(otherKey));
  assert.notDeepEqual(print, Secret.fromText(`${VALUE}!`).fingerprint(key));
  assert.throws(() => Secret.fromText(VALUE).fingerprint(Secret.fromText("short")), RangeError);
});

test("the HMAC agrees with RFC 4231, test case 3 with its key padded to the minimum", () => {
  // HMAC pads keys with zeros up to the block size (RFC 2104 §2), so 20 bytes of 0xaa and 12 zeros give the RFC's result.
  const key = Buffer.concat([Buffer.alloc(20, 0xaa), Buffer.alloc(12)]);
  const data = Secret.fromBytes(Buffer.alloc(50, 0xdd));
  assert.equal(
    data.fingerprint(Secret.fromBytes(key)).toString("hex"),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  );
});
