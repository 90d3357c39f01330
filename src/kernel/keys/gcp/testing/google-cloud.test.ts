import assert from "node:assert/strict";
import { createPrivateKey, sign } from "node:crypto";
import { test } from "node:test";
import { crc32c } from "../crc32c.ts";
import { GoogleLogins } from "./google-logins.ts";
import { CODE, type EncryptRequest, KmsServer } from "./kms-server.ts";

/** The servers of these tests refuse a wrong client, so that tests against them mean something. */
const kms = new KmsServer();
const KEY = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const version = kms.addVersion(KEY);
const sum = (bytes: Buffer): { value: string } => ({ value: String(crc32c(bytes)) });
const plaintext = Buffer.alloc(32, 7);
const right: EncryptRequest = {
  name: KEY,
  plaintext,
  additionalAuthenticatedData: Buffer.from("aad"),
  plaintextCrc32c: sum(plaintext),
  additionalAuthenticatedDataCrc32c: sum(Buffer.from("aad")),
};
const code = { code: CODE.INVALID_ARGUMENT };

test("Cloud KMS refuses wrong checksums, sizes, names and contexts, and verifies no checksum that it was not sent", () => {
  const { ciphertext } = kms.encrypt(right) as { ciphertext: Buffer };
  assert.throws(() => kms.encrypt({ ...right, plaintextCrc32c: { value: "1" } }), code);
  assert.throws(() => kms.encrypt({ ...right, additionalAuthenticatedDataCrc32c: { value: "1" } }), code);
  const large = Buffer.alloc(64 * 1024 + 1);
  assert.throws(() => kms.encrypt({ ...right, plaintext: large, plaintextCrc32c: sum(large) }), code);
  assert.throws(() => kms.encrypt({ ...right, name: `${KEY}x` }), { code: CODE.NOT_FOUND });
  const unchecked = kms.encrypt({ ...right, plaintextCrc32c: null }) as { verifiedPlaintextCrc32c: boolean };
  assert.equal(unchecked.verifiedPlaintextCrc32c, false);
  const decrypt = { ...right, ciphertext, ciphertextCrc32c: sum(ciphertext) };
  assert.deepEqual((kms.decrypt(decrypt) as { plaintext: Buffer }).plaintext, plaintext);
  assert.throws(() => kms.decrypt({ ...decrypt, name: version.name }), code);
  assert.throws(() => kms.decrypt({ ...decrypt, ciphertextCrc32c: { value: "1" } }), code);
  const other = Buffer.from("other");
  const foreign = { additionalAuthenticatedData: other, additionalAuthenticatedDataCrc32c: sum(other) };
  assert.throws(() => kms.decrypt({ ...decrypt, ...foreign }), code);
});

test("a JWT of another account, for another scope or audience, or of too long a life is not admitted", () => {
  const logins = new GoogleLogins();
  const account = JSON.parse(logins.serviceAccount()) as { client_email: string; private_key: string };
  const [iat, iss] = [Math.floor(Date.now() / 1000), account.client_email];
  const claims = { iss, sub: iss, iat, exp: iat + 3600, scope: "https://www.googleapis.com/auth/cloudkms" };
  const admits = (change: object, key = account.private_key): boolean => {
    const parts = [{ alg: "RS256" }, { ...claims, ...change }].map((one) =>
      Buffer.from(JSON.stringify(one)).toString("base64url"),
    );
    const signed = sign("sha256", Buffer.from(parts.join(".")), createPrivateKey(key)).toString("base64url");
    return logins.admits(`Bearer ${parts.join(".")}.${signed}`);
  };
  assert.ok(admits({}));
  assert.ok(admits({ scope: undefined, aud: "https://cloudkms.googleapis.com/" }));
  const other = JSON.parse(new GoogleLogins().serviceAccount()) as { private_key: string };
  assert.ok(!admits({}, other.private_key));
  for (const change of [{ scope: "https://www.googleapis.com/auth/drive" }, { scope: undefined, aud: "https://x/" }]) {
    assert.ok(!admits(change));
  }
  assert.ok(!admits({ iat: iat - 9000, exp: iat - 5400 }) && !admits({ exp: iat + 86_400 }) && !admits({ iss: "x" }));
});
