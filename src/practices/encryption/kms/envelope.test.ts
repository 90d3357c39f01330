import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { KustodyError } from "../../../kernel/errors.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import {
  type Envelope,
  KEK_ANNOTATION,
  LARGEST_PLAINTEXT,
  openEnvelope,
  sealEnvelope,
  wrappedKekOf,
} from "./envelope.ts";

const kek = Secret.fromBytes(randomBytes(32));
const plaintexts = fc.uint8Array({ minLength: 1, maxLength: LARGEST_PLAINTEXT });
const wrappeds = fc.record({
  keyId: fc.string({ minLength: 1, maxLength: 300 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
});
const secret = (bytes: Uint8Array): Secret => Secret.fromBytes(Uint8Array.from(bytes));
const isRefused = (error: unknown): boolean => error instanceof KustodyError && error.code === "KST_KMS_REQUEST";
const open = (envelope: Envelope): Secret => openEnvelope(kek, wrappedKekOf(envelope), envelope.ciphertext);

test("what was sealed is opened, fits what the API server stores, and never looks the same twice", () => {
  fc.assert(
    fc.property(plaintexts, wrappeds, (bytes, wrapped) => {
      const envelope = sealEnvelope(kek, wrapped, secret(bytes));
      assert.ok(envelope.ciphertext.length <= 1024);
      assert.deepEqual(wrappedKekOf(envelope), { ...wrapped });
      assert.ok(open(envelope).equals(secret(bytes)));
      assert.notDeepEqual(sealEnvelope(kek, wrapped, secret(bytes)).ciphertext, envelope.ciphertext);
    }),
  );
});

test("one flipped bit of ciphertext, key id or wrapped KEK, and nothing is opened", () => {
  const places = fc.constantFrom("ciphertext", "keyId", "wrapped");
  fc.assert(
    fc.property(plaintexts, wrappeds, places, fc.nat(), fc.nat(7), (bytes, wrapped, place, at, bit) => {
      const envelope = sealEnvelope(kek, wrapped, secret(bytes));
      const flip = (buffer: Buffer): Buffer => {
        const copy = Buffer.from(buffer);
        const index = at % copy.length;
        copy[index] = (copy[index] ?? 0) ^ (1 << bit);
        return copy;
      };
      const changed = {
        ciphertext: place === "ciphertext" ? flip(envelope.ciphertext) : envelope.ciphertext,
        keyId: place === "keyId" ? flip(Buffer.from(wrapped.keyId, "utf16le")).toString("utf16le") : wrapped.keyId,
        annotations: { [KEK_ANNOTATION]: place === "wrapped" ? flip(wrapped.bytes) : wrapped.bytes },
      };
      // Lone surrogates become the same replacement character in UTF-8, which is what is authenticated.
      fc.pre(place !== "keyId" || !Buffer.from(changed.keyId).equals(Buffer.from(wrapped.keyId)));
      assert.throws(() => open(changed), isRefused);
    }),
  );
});

test("a byte moved from the key id into the wrapped KEK changes what is authenticated", () => {
  const wrapped = { keyId: "key-a", bytes: Buffer.from("bc") };
  const { ciphertext } = sealEnvelope(kek, wrapped, secret(Buffer.from("seed")));
  assert.throws(() => openEnvelope(kek, { keyId: "key-", bytes: Buffer.from("abc") }, ciphertext), isRefused);
});

test("whatever comes in is refused or opened, and never anything else", () => {
  const annotations = fc.dictionary(
    fc.oneof(fc.constant(KEK_ANNOTATION), fc.string()),
    fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
    { maxKeys: 3 },
  );
  const anything = fc.record({
    ciphertext: fc.uint8Array({ maxLength: 1100 }).map((bytes) => Buffer.from(bytes)),
    keyId: fc.string({ maxLength: 1100 }),
    annotations,
  });
  fc.assert(fc.property(anything, (envelope) => assert.throws(() => open(envelope), isRefused)));
});

test("a plaintext that would not fit is refused before it is sealed", () => {
  const wrapped = { keyId: "k", bytes: Buffer.of(1) };
  for (const size of [0, LARGEST_PLAINTEXT + 1]) {
    assert.throws(() => sealEnvelope(kek, wrapped, secret(Buffer.alloc(size))), isRefused, String(size));
  }
  assert.equal(sealEnvelope(kek, wrapped, secret(Buffer.alloc(LARGEST_PLAINTEXT))).ciphertext.length, 1024);
});
