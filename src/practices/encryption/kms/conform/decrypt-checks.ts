import { randomBytes } from "node:crypto";
import type { ConformanceCheck } from "./conformance-check.ts";
import type { EncryptMessage } from "./kms-client.ts";
import type { Trial } from "./trial.ts";

type Change = (encrypted: EncryptMessage) => EncryptMessage | undefined;

/** A check that each of these changes of something encrypted is refused. A change that is not possible is left out. */
function refused(
  name: string,
  level: "must" | "should",
  requirement: string,
  changes: Readonly<Record<string, Change>>,
): ConformanceCheck {
  const run = async (trial: Trial): Promise<string | undefined> => {
    for (const [what, change] of Object.entries(changes)) {
      const { plaintext, encrypted } = await trial.sample();
      const changed = change(encrypted);
      const wrong = changed === undefined ? undefined : await trial.refuses(changed, plaintext);
      if (wrong !== undefined) return `${what}: ${wrong}`;
    }
    return undefined;
  };
  return { name, level, requirement, run };
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
const withCiphertext =
  (change: (ciphertext: Buffer) => Buffer): Change =>
  (encrypted) => ({
    ...encrypted,
    ciphertext: change(encrypted.ciphertext),
  });
const withKeyId =
  (change: (keyId: string) => string): Change =>
  (encrypted) => ({
    ...encrypted,
    key_id: change(encrypted.key_id),
  });

export const DECRYPT_CHECKS: readonly ConformanceCheck[] = [
  refused("UnknownKeyIdRefused", "must", "Decrypt verifies that it knows the key_id", {
    "another key_id": withKeyId(() => "conformance-unknown-key"),
    "a longer key_id": withKeyId((keyId) => `${keyId}0`),
    "a shorter key_id": withKeyId((keyId) => keyId.slice(0, -1)),
  }),
  refused("EmptyKeyIdRefused", "must", "Decrypt refuses an empty key_id", { "no key_id": withKeyId(() => "") }),
  refused("ChangedCiphertextRefused", "must", "Decrypt refuses a ciphertext that was changed", {
    "its first byte": withCiphertext((bytes) => flipped(bytes, 0)),
    "its middle": withCiphertext((bytes) => flipped(bytes, bytes.length >> 1)),
    "its last byte": withCiphertext((bytes) => flipped(bytes, bytes.length - 1)),
    "a byte less": withCiphertext((bytes) => bytes.subarray(0, -1)),
    "a byte more": withCiphertext((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  }),
  refused("GarbageCiphertextRefused", "must", "Decrypt refuses what is no ciphertext of its own", {
    "no bytes": withCiphertext(() => Buffer.alloc(0)),
    "32 random bytes": withCiphertext(() => randomBytes(32)),
    "1024 random bytes": withCiphertext(() => randomBytes(1024)),
    "64 KiB": withCiphertext(() => randomBytes(64 * 1024)),
  }),
  refused("ChangedAnnotationsRefused", "should", "Decrypt verifies annotations", {
    "a changed value": (encrypted) => {
      const [name] = Object.keys(encrypted.annotations);
      if (name === undefined) return undefined;
      const value = encrypted.annotations[name] ?? Buffer.alloc(0);
      return { ...encrypted, annotations: { ...encrypted.annotations, [name]: flipped(value, value.length >> 1) } };
    },
    "no annotations": (encrypted) =>
      Object.keys(encrypted.annotations).length === 0 ? undefined : { ...encrypted, annotations: {} },
    "an annotation that it never wrote": (encrypted) => ({
      ...encrypted,
      annotations: { ...encrypted.annotations, "unknown.conformance.kustody.dev": Buffer.of(1) },
    }),
  }),
];
