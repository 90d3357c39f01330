import { createHash } from "node:crypto";
import type { StoredUse } from "./stored-key.ts";

/** Where the parts of a value stand that name its key. */
export interface KmsParts {
  readonly bytes: Buffer;
  /** Prefix and provider's name, its colons included. */
  readonly head: readonly [start: number, end: number];
  readonly keyId: readonly [start: number, end: number];
  /** The wrapped seed. */
  readonly source: readonly [start: number, end: number];
  readonly sourceType: number;
}

interface Known {
  readonly head: Buffer;
  readonly keyId: Buffer;
  readonly source: Buffer;
  readonly sourceType: number;
  readonly use: StoredUse;
}

/** Seeds that are told apart; each start of an API server makes one. Further ones only count with their key. */
const MOST_SEEDS = 50_000;
/** Keys beyond the seeds; only hostile data has so many. */
const MOST = 2 * MOST_SEEDS;

/** The different keys and seeds of KMS v2 that were met, each as one object. Finds them without making strings, a million times. */
export class KmsUses {
  /** By the last bytes of the seed, which are an authentication tag, so as good as a hash. */
  readonly #known = new Map<number, Known[]>();
  #size = 0;

  /** The use of these parts; the first time from `make`. Undefined where there are too many. */
  find(parts: KmsParts, make: () => Omit<StoredUse, "seed">): StoredUse | undefined {
    const isSeedKept = this.#size < MOST_SEEDS;
    const found = this.#lookUp(parts, true);
    if (found !== undefined) return found;
    if (isSeedKept) return this.#remember(parts, true, () => ({ ...make(), seed: seedOf(parts) }));
    const withoutSeed = this.#lookUp(parts, false);
    if (withoutSeed !== undefined) return withoutSeed;
    return this.#size < MOST ? this.#remember(parts, false, make) : undefined;
  }

  #lookUp(parts: KmsParts, withSeed: boolean): StoredUse | undefined {
    const { bytes, head, keyId, source, sourceType } = parts;
    for (const known of this.#known.get(withSeed ? tailOf(parts) : -1) ?? []) {
      const isSame =
        known.sourceType === sourceType &&
        (!withSeed || equals(bytes, source, known.source)) &&
        equals(bytes, keyId, known.keyId) &&
        equals(bytes, head, known.head);
      if (isSame) return known.use;
    }
    return undefined;
  }

  #remember(parts: KmsParts, withSeed: boolean, make: () => StoredUse): StoredUse {
    const { bytes, head, keyId, source, sourceType } = parts;
    const copy = ([start, end]: readonly [number, number]): Buffer => Buffer.from(bytes.subarray(start, end));
    const known = { head: copy(head), keyId: copy(keyId), source: copy(source), sourceType, use: make() };
    const place = withSeed ? tailOf(parts) : -1;
    const list = this.#known.get(place);
    if (list === undefined) this.#known.set(place, [known]);
    else list.push(known);
    this.#size++;
    return known.use;
  }
}

function seedOf({ bytes, source: [start, end] }: KmsParts): string {
  return createHash("sha256").update(bytes.subarray(start, end)).digest("hex").slice(0, 12);
}

function tailOf({ bytes, source: [start, end] }: KmsParts): number {
  let tail = 0;
  for (let at = Math.max(start, end - 4); at < end; at++) tail = tail * 256 + (bytes[at] ?? 0);
  return tail;
}

function equals(bytes: Buffer, [start, end]: readonly [number, number], other: Buffer): boolean {
  if (end - start !== other.length) return false;
  for (let index = 0; index < other.length; index++) if (bytes[start + index] !== other[index]) return false;
  return true;
}
