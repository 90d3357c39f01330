import type { ConformanceCheck } from "./conformance-check.ts";
import { type EncryptMessage, isRefusal } from "./kms-client.ts";
import { wrongKeyId } from "./status-checks.ts";
import { answered } from "./trial.ts";

const LARGEST_CIPHERTEXT = 1024;
const LARGEST_ANNOTATIONS = 32 * 1024;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
const SIZES = [1, 16, 32, 64];
const ROUNDS = 20;

export const ENCRYPT_CHECKS: readonly ConformanceCheck[] = [
  {
    name: "EncryptAnswers",
    level: "must",
    requirement: "Encrypt takes a seed of 32 bytes, within 3 s",
    async run({ client }) {
      const reply = await client.encrypt(Buffer.alloc(32, 1));
      return isRefusal(reply) ? `${reply.status}: ${reply.details.slice(0, 200)}` : undefined;
    },
  },
  {
    name: "EncryptKeyIdValid",
    level: "must",
    requirement: "Encrypt's key_id has 1 to 1024 bytes",
    run: async (trial) => wrongKeyId((await trial.sample()).encrypted.key_id),
  },
  {
    name: "EncryptKeyIdIsThatOfStatus",
    level: "must",
    requirement: "Encrypt and Status name the same key_id, else the API server throws the answer away",
    async run(trial) {
      for (let round = 0; round < ROUNDS; round++) {
        const before = (await trial.status()).key_id;
        const { key_id } = (await trial.sample()).encrypted;
        const after = (await trial.status()).key_id;
        // A rotation in between is no defect.
        if (key_id !== before && key_id !== after) return "they differ";
      }
      return undefined;
    },
  },
  {
    name: "CiphertextSizeValid",
    level: "must",
    requirement: `a ciphertext has 1 to ${LARGEST_CIPHERTEXT} bytes`,
    async run(trial) {
      const { length } = (await trial.sample()).encrypted.ciphertext;
      return length > 0 && length <= LARGEST_CIPHERTEXT ? undefined : `it has ${length}`;
    },
  },
  {
    name: "AnnotationKeysAreDomainNames",
    level: "must",
    requirement: "keys of annotations are fully qualified domain names: at least one dot, no slash",
    async run(trial) {
      const wrong = Object.keys((await trial.sample()).encrypted.annotations).find((key) => !DOMAIN.test(key));
      return wrong === undefined ? undefined : `${JSON.stringify(wrong.slice(0, 100))} is none`;
    },
  },
  {
    name: "AnnotationsSizeValid",
    level: "must",
    requirement: "annotations have at most 32 KiB, keys and values together",
    async run(trial) {
      const entries = Object.entries((await trial.sample()).encrypted.annotations);
      const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + value.length, 0);
      return size <= LARGEST_ANNOTATIONS ? undefined : `they have ${size} bytes`;
    },
  },
  {
    name: "PlaintextHidden",
    level: "must",
    requirement: "the plaintext is neither in the ciphertext nor in an annotation",
    async run(trial) {
      const { plaintext, encrypted } = await trial.sample();
      const texts = [plaintext, Buffer.from(plaintext.toString("base64")), Buffer.from(plaintext.toString("hex"))];
      const places = [encrypted.ciphertext, ...Object.values(encrypted.annotations)];
      return places.some((place) => texts.some((text) => place.includes(text))) ? "it is" : undefined;
    },
  },
  {
    name: "PlaintextsStayDistinct",
    level: "must",
    requirement:
      "two plaintexts never give the same ciphertext, key_id and annotations: the API server tells seeds apart by them",
    async run(trial) {
      const seen = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) seen.add(identityOf((await trial.sample()).encrypted));
      return seen.size === ROUNDS ? undefined : `${ROUNDS} plaintexts gave ${seen.size} ciphertexts`;
    },
  },
  {
    name: "EncryptionIsRandomised",
    level: "should",
    requirement: "the same plaintext gives another ciphertext each time",
    async run({ client }) {
      const plaintext = Buffer.alloc(32, 2);
      const [one, two] = [await client.encrypt(plaintext), await client.encrypt(plaintext)];
      const [a, b] = [answered(one, "Encrypt fails"), answered(two, "Encrypt fails")];
      return identityOf(a) === identityOf(b) ? "it is the same" : undefined;
    },
  },
  {
    name: "RoundTrip",
    level: "must",
    requirement: `what was encrypted is decrypted again, at ${SIZES.join(", ")} bytes`,
    async run(trial) {
      for (const size of SIZES) {
        const { plaintext, encrypted } = await trial.sample(size);
        const reply = await trial.client.decrypt(encrypted);
        if (isRefusal(reply)) return `${size} bytes: ${reply.status}: ${reply.details.slice(0, 200)}`;
        if (!reply.message.plaintext.equals(plaintext)) return `${size} bytes come back changed`;
      }
      return undefined;
    },
  },
];

function identityOf({ ciphertext, key_id, annotations }: EncryptMessage): string {
  const entries = Object.entries(annotations).map(([key, value]) => [key, value.toString("base64")]);
  const sorted = entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  return JSON.stringify([ciphertext.toString("base64"), key_id, sorted]);
}
