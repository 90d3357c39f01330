import { SEAL_OVERHEAD, seal, unseal } from "../../../kernel/crypto/aead.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { LARGEST_WRAPPED, type Wrapped } from "../../../kernel/keys/wrapping-key.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";

/** What an EncryptResponse and a DecryptRequest carry. */
export interface Envelope {
  readonly ciphertext: Buffer;
  readonly keyId: string;
  readonly annotations: Readonly<Record<string, Buffer>>;
}

/** The annotation with the wrapped KEK. The API server takes only fully qualified domain names: dots, no slash. */
export const KEK_ANNOTATION = "kek.kms.kustody.dev";
const FORMAT = 1;
/** The API server refuses a ciphertext of more than 1,024 bytes. */
export const LARGEST_PLAINTEXT = 1024 - 1 - SEAL_OVERHEAD;
const LONGEST_KEY_ID = 1024;

/** The envelope of a plaintext of at most LARGEST_PLAINTEXT bytes: a format byte, then AES-256-GCM under the KEK. */
export function sealEnvelope(kek: Secret, wrapped: Wrapped, plaintext: Secret): Envelope {
  if (plaintext.size === 0 || plaintext.size > LARGEST_PLAINTEXT) {
    throw new KustodyError("KST_KMS_REQUEST", `a plaintext has 1 to ${LARGEST_PLAINTEXT} bytes, not ${plaintext.size}`);
  }
  return {
    ciphertext: Buffer.concat([Buffer.of(FORMAT), seal(kek, plaintext, contextOf(wrapped))]),
    keyId: wrapped.keyId,
    annotations: { [KEK_ANNOTATION]: wrapped.bytes },
  };
}

/** The wrapped KEK that an envelope names, checked as far as possible without a key. Errors: KST_KMS_REQUEST. */
export function wrappedKekOf({ ciphertext, keyId, annotations }: Envelope): Wrapped {
  const wrong = (why: string): KustodyError =>
    new KustodyError("KST_KMS_REQUEST", `this was not encrypted here: ${why}`);
  if (keyId === "" || keyId.length > LONGEST_KEY_ID) throw wrong("its key_id is empty or too long");
  if (ciphertext.length <= 1 + SEAL_OVERHEAD || ciphertext.length > 1024)
    throw wrong("its ciphertext has another length");
  if (ciphertext[0] !== FORMAT) throw wrong("its ciphertext has another format");
  const [name, ...others] = Object.keys(annotations);
  const bytes = annotations[KEK_ANNOTATION];
  if (name !== KEK_ANNOTATION || others.length > 0 || bytes === undefined) throw wrong("it has other annotations");
  if (bytes.length === 0 || bytes.length > LARGEST_WRAPPED) throw wrong("its wrapped KEK has another length");
  return { keyId, bytes };
}

/** The plaintext. Errors: KST_KMS_REQUEST when ciphertext, key_id or annotation are not those of `sealEnvelope`. */
export function openEnvelope(kek: Secret, wrapped: Wrapped, ciphertext: Buffer): Secret {
  const plaintext = unseal(kek, ciphertext.subarray(1), contextOf(wrapped));
  if (plaintext !== undefined) return plaintext;
  throw new KustodyError("KST_KMS_REQUEST", "the ciphertext, its key_id or its annotations were changed");
}

/** Authenticated with the plaintext: format, key_id, wrapped KEK; the lengths keep one from running into the next. */
function contextOf({ keyId, bytes }: Wrapped): Buffer {
  const id = Buffer.from(keyId);
  const head = Buffer.alloc(5);
  head.writeUInt8(FORMAT);
  head.writeUInt32BE(id.length, 1);
  return Buffer.concat([head, id, bytes]);
}
