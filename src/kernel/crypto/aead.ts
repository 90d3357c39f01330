import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { Secret } from "../secret/secret.ts";

const NONCE = 12;
const TAG = 16;

/** Bytes that sealing adds: a 96-bit nonce in front and a 128-bit tag at the end (NIST SP 800-38D). */
export const SEAL_OVERHEAD = NONCE + TAG;

/**
 * AES-256-GCM with a random nonce: `nonce ‖ ciphertext ‖ tag`. `context` is authenticated, not encrypted: what may not be
 * moved elsewhere. A key of 32 bytes may seal at most 2^32 messages (SP 800-38D §8.3), so derive one per file or object.
 */
export function seal(key: Secret, plaintext: Secret, context: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", keyObject(key), nonce, { authTagLength: TAG });
  cipher.setAAD(context);
  const body = cipher.update(plaintext.unwrap());
  cipher.final();
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

/** The plaintext, or undefined when key, context or bytes are not those of `seal`. */
export function unseal(key: Secret, sealed: Uint8Array, context: Uint8Array): Secret | undefined {
  if (sealed.length < SEAL_OVERHEAD) return undefined;
  const nonce = sealed.subarray(0, NONCE);
  const decipher = createDecipheriv("aes-256-gcm", keyObject(key), nonce, { authTagLength: TAG });
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const plaintext = Secret.fromBytes(decipher.update(sealed.subarray(NONCE, sealed.length - TAG)));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.dispose();
    return undefined;
  }
}

/** Node makes one for every cipher otherwise, at four times the cost of a short message's decryption. */
const keyObjects = new WeakMap<Secret, KeyObject>();

/** For as long as the Secret is there; one that was disposed of throws, as everywhere. */
function keyObject(key: Secret): KeyObject {
  const bytes = key.unwrap();
  const known = keyObjects.get(key) ?? createSecretKey(bytes);
  keyObjects.set(key, known);
  return known;
}
