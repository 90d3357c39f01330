import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { Secret } from "../secret/secret.ts";
import { seal, unseal } from "./aead.ts";
import { deriveKey } from "./derive-key.ts";

const key = Secret.fromBytes(Buffer.alloc(32, 7));
const context = Buffer.from("here");

test("what was sealed is unsealed with the same key and context", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      const sealed = seal(key, Secret.fromBytes(Buffer.from(bytes)), context);
      assert.deepEqual(unseal(key, sealed, context)?.unwrap(), Buffer.from(bytes));
    }),
  );
});

test("one changed bit, another key, another context or a cut gives nothing", () => {
  const sealed = seal(key, Secret.fromText("value"), context);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(unseal(key, changed, context), undefined);
  }
  assert.equal(unseal(Secret.fromBytes(randomBytes(32)), sealed, context), undefined);
  assert.equal(unseal(key, sealed, Buffer.from("there")), undefined);
  for (let end = 0; end < sealed.length; end++) assert.equal(unseal(key, sealed.subarray(0, end), context), undefined);
});

test("AES-256-GCM is that of NIST's vectors (gcmEncryptExtIV256, count 0 with 128-bit plaintext)", () => {
  const vectorKey = Secret.fromBytes(
    Buffer.from("31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22", "hex"),
  );
  const sealed = Buffer.from(
    "0d18e06c7c725ac9e362e1cefa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489",
    "hex",
  );
  const plaintext = unseal(vectorKey, sealed, Buffer.alloc(0));
  assert.equal(plaintext?.unwrap().toString("hex"), "2db5168e932556f8089a0622981d017d");
});

test("a derived key differs by master, purpose and salt, and is the same for the same", () => {
  const salt = Buffer.from("salt");
  const derived = [
    deriveKey(key, "a", salt),
    deriveKey(key, "b", salt),
    deriveKey(key, "a", Buffer.from("x")),
    deriveKey(Secret.fromBytes(Buffer.alloc(32, 8)), "a", salt),
    deriveKey(key, "a", salt),
  ].map((one) => one.unwrap().toString("hex"));
  assert.equal(new Set(derived).size, 4);
  assert.equal(derived[0], derived[4]);
  assert.equal(derived[0]?.length, 64);
});
