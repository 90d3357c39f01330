import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { crc32c } from "../crc32c.ts";

const LARGEST = 64 * 1024;
const VERSION = /\/cryptoKeyVersions\/\d+$/;

/** gRPC codes. */
export const CODE = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAUTHENTICATED: 16,
} as const;

/** What a method answers in the place of a message. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface KeyVersion {
  readonly name: string;
  readonly material: Buffer;
  state: "ENABLED" | "DISABLED" | "DESTROYED";
}

interface Sum {
  readonly value: string;
}
export interface EncryptRequest {
  readonly name: string;
  readonly plaintext: Buffer;
  readonly additionalAuthenticatedData: Buffer;
  readonly plaintextCrc32c: Sum | null;
  readonly additionalAuthenticatedDataCrc32c: Sum | null;
}
export interface DecryptRequest {
  readonly name: string;
  readonly ciphertext: Buffer;
  readonly additionalAuthenticatedData: Buffer;
  readonly ciphertextCrc32c: Sum | null;
  readonly additionalAuthenticatedDataCrc32c: Sum | null;
}

/** Encrypt and Decrypt of Cloud KMS for symmetric keys, with what its API description refuses. */
export class KmsServer {
  /** Versions of each key; the last one is primary. */
  readonly keys = new Map<string, KeyVersion[]>();
  readonly permissions = new Set(["useToEncrypt", "useToDecrypt"]);
  /** How many calls are turned away next. */
  throttled = 0;
  /** What happens to the next answers on the way. */
  damage: "none" | "request" | "reply" = "none";
  calls = 0;

  addVersion(key: string): KeyVersion {
    const versions = this.keys.get(key) ?? [];
    const made: KeyVersion = {
      name: `${key}/cryptoKeyVersions/${versions.length + 1}`,
      material: randomBytes(32),
      state: "ENABLED",
    };
    this.keys.set(key, [...versions, made]);
    return made;
  }

  encrypt(request: EncryptRequest): object {
    this.#admit("useToEncrypt");
    const { name, plaintext, additionalAuthenticatedData: aad } = request;
    const versions = this.keys.get(name.replace(VERSION, "")) ?? [];
    const version = VERSION.test(name) ? versions.find((one) => one.name === name) : versions.at(-1);
    if (version === undefined) throw new Refusal(CODE.NOT_FOUND, `CryptoKey ${name} not found.`);
    checkSize("plaintext", plaintext);
    checkSize("additional_authenticated_data", aad);
    const verified = {
      verifiedPlaintextCrc32c: checkSum("plaintext", plaintext, request.plaintextCrc32c),
      verifiedAdditionalAuthenticatedDataCrc32c: checkSum("aad", aad, request.additionalAuthenticatedDataCrc32c),
    };
    checkState(version);
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", version.material, iv).setAAD(aad);
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const ciphertext = Buffer.concat([Buffer.of(versions.indexOf(version)), iv, cipher.getAuthTag(), sealed]);
    const ciphertextCrc32c = { value: String(crc32c(ciphertext)) };
    if (this.damage === "reply") ciphertext[20] = (ciphertext[20] ?? 0) ^ 1;
    // A server that was sent no checksum, or saw none on account of damage, verifies none.
    return { name: version.name, ciphertext, ciphertextCrc32c, ...(this.damage === "request" ? {} : verified) };
  }

  decrypt(request: DecryptRequest): object {
    this.#admit("useToDecrypt");
    const { name, ciphertext, additionalAuthenticatedData: aad } = request;
    if (VERSION.test(name)) throw new Refusal(CODE.INVALID_ARGUMENT, "name is a version; it must be a CryptoKey");
    const versions = this.keys.get(name);
    if (versions === undefined) throw new Refusal(CODE.NOT_FOUND, `CryptoKey ${name} not found.`);
    checkSum("ciphertext", ciphertext, request.ciphertextCrc32c);
    checkSum("aad", aad, request.additionalAuthenticatedDataCrc32c);
    const version = versions[ciphertext[0] ?? 255];
    if (version === undefined || ciphertext.length < 29) throw wrongCiphertext();
    checkState(version);
    const decipher = createDecipheriv("aes-256-gcm", version.material, ciphertext.subarray(1, 13));
    decipher.setAAD(aad).setAuthTag(ciphertext.subarray(13, 29));
    try {
      const plaintext = Buffer.concat([decipher.update(ciphertext.subarray(29)), decipher.final()]);
      const plaintextCrc32c = { value: String(crc32c(plaintext)) };
      if (this.damage === "reply") plaintext[0] = (plaintext[0] ?? 0) ^ 1;
      return { plaintext, plaintextCrc32c, usedPrimary: version === versions.at(-1) };
    } catch {
      throw wrongCiphertext();
    }
  }

  #admit(permission: string): void {
    this.calls++;
    if (this.throttled > 0) {
      this.throttled--;
      throw new Refusal(CODE.RESOURCE_EXHAUSTED, "Quota exceeded for quota metric 'Cryptographic requests'");
    }
    if (this.permissions.has(permission)) return;
    throw new Refusal(CODE.PERMISSION_DENIED, `Permission 'cloudkms.cryptoKeyVersions.${permission}' denied`);
  }
}

function checkSize(field: string, bytes: Buffer): void {
  if (bytes.length > LARGEST) throw new Refusal(CODE.INVALID_ARGUMENT, `${field} is larger than 64 KiB`);
}

/** Whether there is a sum; a wrong one is refused. */
function checkSum(field: string, bytes: Buffer, sum: Sum | null): boolean {
  if (sum === null) return false;
  if (Number(sum.value) !== crc32c(bytes))
    throw new Refusal(CODE.INVALID_ARGUMENT, `the checksum of ${field} is wrong`);
  return true;
}

function checkState({ name, state }: KeyVersion): void {
  if (state === "ENABLED") return;
  throw new Refusal(CODE.FAILED_PRECONDITION, `${name} is not enabled, current state is: ${state}.`);
}

function wrongCiphertext(): Refusal {
  return new Refusal(CODE.INVALID_ARGUMENT, "Decryption failed: the ciphertext is invalid.");
}
