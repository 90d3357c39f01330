import { createHash, type Hash } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";

/**
 * Marks that ESO leaves in the cluster. They are kept byte for byte, so that neither side rewrites a Secret when the other
 * takes over: SHA3-224, as hex, of what Go's `fmt` prints with `%+v`.
 */
const sha3 = () => createHash("sha3-224");

/**
 * The annotation `reconcile.external-secrets.io/data-hash`: of `map[a:[49 50] b:[]]`, keys in byte order, the values'
 * bytes in decimal. A door; it is unsalted, so whoever reads the annotation can test guesses: not for uses of our own.
 */
export function esoDataHash(data: ReadonlyMap<string, Secret>): string {
  const hash = sha3().update("map[");
  [...data.entries()]
    .sort(([a], [b]) => compareBytes(a, b))
    .forEach(([key, value], n) => {
      hash.update(`${n === 0 ? "" : " "}${key}:[`);
      updateDecimal(hash, value.unwrap());
      hash.update("]");
    });
  return hash.update("]").digest("hex");
}

/** Bytes in decimal with spaces between, as Go prints `[]byte`: in pieces and never as strings, which could not be wiped. */
function updateDecimal(hash: Hash, bytes: Buffer): void {
  const piece = Buffer.alloc(4096);
  let length = 0;
  bytes.forEach((byte, n) => {
    if (length > piece.length - 4) {
      hash.update(piece.subarray(0, length));
      length = 0;
    }
    if (n > 0) piece[length++] = 0x20;
    if (byte >= 100) piece[length++] = 0x30 + Math.floor(byte / 100);
    if (byte >= 10) piece[length++] = 0x30 + (Math.floor(byte / 10) % 10);
    piece[length++] = 0x30 + (byte % 10);
  });
  hash.update(piece.subarray(0, length));
  piece.fill(0);
}

/** `status.syncedResourceVersion`: the generation, and a hash of annotations and labels. */
export function esoSyncedResourceVersion(metadata: {
  readonly generation?: number | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}): string {
  const text = `{annotations:${goMap(metadata.annotations)} labels:${goMap(metadata.labels)}}`;
  return `${metadata.generation ?? 0}-${sha3().update(text).digest("hex")}`;
}

/** The label `reconcile.external-secrets.io/created-by`: which ExternalSecret owns a Secret. */
export function esoCreatedBy(namespace: string, name: string): string {
  return sha3().update(`${namespace}/${name}`).digest("hex");
}

/** The field manager of an ExternalSecret's writes; where it would be longer than 63 bytes, the name is hashed. */
export function esoFieldManager(name: string): string {
  const prefix = "externalsecrets.external-secrets.io/";
  const plain = prefix + name;
  return Buffer.byteLength(plain) > 63 ? `${prefix}sha3/${sha3().update(name).digest("hex")}` : plain;
}

function goMap(map: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(map).sort(([a], [b]) => compareBytes(a, b));
  return `map[${pairs.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
}

/** Go orders strings by their bytes, JavaScript by UTF-16 units. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
