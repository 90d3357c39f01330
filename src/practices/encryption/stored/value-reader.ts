import { BYTES, VARINT, WireReader } from "../../../kernel/protobuf/wire-reader.ts";
import { KmsUses } from "./kms-uses.ts";
import type { StoredProvider, StoredUse } from "./stored-key.ts";

const PREFIX = Buffer.from("k8s:enc:");
const COLON = 0x3a;
/** Of provider, version and name together: Kubernetes has no bound for names, but a file's line has one in practice. */
const LONGEST_HEAD = 1024;
/** Bytes of keyID and encryptedDEKSource that the API server accepts (kmsv2/envelope.go). */
const LONGEST_FIELD = 1024;
/** Static keys that are told apart; only hostile data has so many. */
const MOST_KEYS = 10_000;

const PLAIN: StoredUse = { state: "plain", key: { provider: "identity", name: "" } };
const DAMAGED: StoredUse = { state: "damaged", key: { provider: "unknown", name: "" } };

/** What a static provider writes after its prefix: an initialisation vector or nonce, ciphertext, an authentication tag. */
const SHAPES: Readonly<
  Record<string, { readonly provider: StoredProvider; readonly fits: (size: number) => boolean }>
> = {
  "aescbc:v1": { provider: "aescbc", fits: (size) => size >= 32 && size % 16 === 0 },
  "aesgcm:v1": { provider: "aesgcm", fits: (size) => size >= 12 + 16 },
  "secretbox:v1": { provider: "secretbox", fits: (size) => size >= 24 + 16 },
  "kms:v1": { provider: "kms v1", fits: (size) => size > 2 },
};

/**
 * Reads how values in etcd are encrypted, from their prefix and, for KMS v2, the message EncryptedObject (kubernetes,
 * apiserver/pkg/storage/value/encrypt/envelope/kmsv2/v2/api.proto). Nothing is decrypted and no value is kept. Whatever
 * the bytes are, it answers; memory stays bounded.
 */
export class ValueReader {
  readonly #known = new Map<string, StoredUse>();
  readonly #kms = new KmsUses();
  readonly #reader = new WireReader(PREFIX);

  read(bytes: Buffer, start: number, end: number): StoredUse {
    if (!startsWith(bytes, start, end, PREFIX)) return end > start ? PLAIN : DAMAGED;
    const kindStart = start + PREFIX.length;
    const limit = Math.min(end, kindStart + LONGEST_HEAD);
    const versionAt = colon(bytes, kindStart, limit);
    const nameAt = colon(bytes, versionAt, limit);
    const bodyAt = colon(bytes, nameAt, limit);
    if (versionAt < 0 || nameAt < 0 || bodyAt < 0) return DAMAGED;
    const kind = bytes.toString("latin1", kindStart, nameAt - 1);
    if (kind === "kms:v2") return this.#readKms(bytes, start, nameAt, bodyAt, end);
    const shape = SHAPES[kind];
    const state = shape === undefined || shape.fits(end - bodyAt) ? "encrypted" : "damaged";
    return this.#intern(`${state} ${bytes.toString("latin1", start, bodyAt)}`, () => {
      const name = bytes.toString("utf8", nameAt, bodyAt - 1);
      return shape === undefined
        ? { state, key: { provider: "unknown", name: `${kind}:${name}` } }
        : { state, key: { provider: shape.provider, name } };
    });
  }

  #readKms(bytes: Buffer, start: number, nameAt: number, bodyAt: number, end: number): StoredUse {
    const reader = this.#reader;
    reader.reset(bytes, bodyAt, end);
    let keyStart = 0;
    let keyEnd = 0;
    let sourceStart = 0;
    let sourceEnd = 0;
    let sourceType = 0;
    let hasData = false;
    while (reader.next()) {
      if (reader.field === 1 && reader.wire === BYTES) hasData = reader.end > reader.start;
      else if (reader.field === 2 && reader.wire === BYTES) [keyStart, keyEnd] = [reader.start, reader.end];
      else if (reader.field === 3 && reader.wire === BYTES) [sourceStart, sourceEnd] = [reader.start, reader.end];
      else if (reader.field === 5 && reader.wire === VARINT) sourceType = reader.number;
    }
    const name = (): string => bytes.toString("utf8", nameAt, bodyAt - 1);
    const isWhole =
      !reader.malformed && hasData && sourceType <= 1 && fits(keyEnd - keyStart) && fits(sourceEnd - sourceStart);
    if (!isWhole) {
      const id = `damaged ${bytes.toString("latin1", start, bodyAt)}`;
      return this.#intern(id, () => ({ state: "damaged", key: { provider: "kms v2", name: name() } }));
    }
    const found = this.#kms.find(
      { bytes, head: [start, bodyAt], keyId: [keyStart, keyEnd], source: [sourceStart, sourceEnd], sourceType },
      () => {
        const keyId = bytes.toString("utf8", keyStart, keyEnd);
        const dataKey = sourceType === 1 ? "seed" : "key";
        return { state: "encrypted", key: { provider: "kms v2", name: name(), keyId, dataKey } };
      },
    );
    return found ?? DAMAGED;
  }

  #intern(id: string, make: () => StoredUse): StoredUse {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_KEYS) return DAMAGED;
    const use = make();
    this.#known.set(id, use);
    return use;
  }
}

function startsWith(bytes: Buffer, start: number, end: number, prefix: Buffer): boolean {
  if (end - start < prefix.length) return false;
  for (let index = 0; index < prefix.length; index++) if (bytes[start + index] !== prefix[index]) return false;
  return true;
}

function fits(size: number): boolean {
  return size > 0 && size <= LONGEST_FIELD;
}

/** The place behind the next colon; -1 where there is none, or where the one before was missing. */
function colon(bytes: Buffer, from: number, end: number): number {
  if (from < 0) return -1;
  for (let at = from; at < end; at++) if (bytes[at] === COLON) return at + 1;
  return -1;
}
