import { createHash } from "node:crypto";
import { BYTES, VARINT, WireReader } from "../../../kernel/protobuf/wire-reader.ts";
import type { StoredKey, StoredProvider, StoredState, StoredUse } from "./stored-key.ts";

const PREFIX = Buffer.from("k8s:enc:");
const COLON = 0x3a;
/** Of provider, version and name together: Kubernetes has no bound for names, but a file's line has one in practice. */
const LONGEST_HEAD = 1024;
/** Bytes of keyID and encryptedDEKSource that the API server accepts (kmsv2/envelope.go). */
const LONGEST_FIELD = 1024;
/** Different seeds that are told apart; each start of an API server makes one. Further ones are only counted with their key. */
const MOST_USES = 50_000;

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
    let keyId = [0, 0];
    let source = [0, 0];
    let sourceType = 0;
    let hasData = false;
    while (reader.next()) {
      if (reader.field === 1 && reader.wire === BYTES) hasData = reader.end > reader.start;
      else if (reader.field === 2 && reader.wire === BYTES) keyId = [reader.start, reader.end];
      else if (reader.field === 3 && reader.wire === BYTES) source = [reader.start, reader.end];
      else if (reader.field === 5 && reader.wire === VARINT) sourceType = reader.number;
    }
    const [keyStart = 0, keyEnd = 0] = keyId;
    const [sourceStart = 0, sourceEnd = 0] = source;
    const isWhole =
      !reader.malformed &&
      hasData &&
      sourceType <= 1 &&
      keyEnd > keyStart &&
      keyEnd - keyStart <= LONGEST_FIELD &&
      sourceEnd > sourceStart &&
      sourceEnd - sourceStart <= LONGEST_FIELD;
    const state: StoredState = isWhole ? "encrypted" : "damaged";
    const head = bytes.toString("latin1", start, bodyAt);
    const place = isWhole ? `${sourceType}${bytes.toString("latin1", keyStart, keyEnd)}` : "";
    const seedText = isWhole ? bytes.toString("latin1", sourceStart, sourceEnd) : "";
    const make = (): { state: StoredState; key: StoredKey } => ({
      state,
      key: {
        provider: "kms v2",
        name: bytes.toString("utf8", nameAt, bodyAt - 1),
        ...(isWhole
          ? { keyId: bytes.toString("utf8", keyStart, keyEnd), dataKey: sourceType === 1 ? "seed" : "key" }
          : {}),
      },
    });
    if (!isWhole || this.#known.size >= MOST_USES) return this.#intern(`${state} ${head}\0${place}`, make);
    return this.#intern(`${state} ${head}\0${place}\0${seedText}`, () => ({
      ...make(),
      seed: createHash("sha256").update(bytes.subarray(sourceStart, sourceEnd)).digest("hex").slice(0, 12),
    }));
  }

  #intern(id: string, make: () => StoredUse): StoredUse {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // Only hostile data has so many keys: it is not told apart any more.
    if (this.#known.size >= 2 * MOST_USES) return DAMAGED;
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

/** The place behind the next colon; -1 where there is none, or where the one before was missing. */
function colon(bytes: Buffer, from: number, end: number): number {
  if (from < 0) return -1;
  for (let at = from; at < end; at++) if (bytes[at] === COLON) return at + 1;
  return -1;
}
