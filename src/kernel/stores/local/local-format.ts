import { Secret } from "../../secret/secret.ts";

/** The content of the local store. Revisions count every change of the file, so a version's name is never used twice. */
export interface LocalContent {
  readonly revision: number;
  /** Versions of each key, oldest first. */
  readonly keys: ReadonlyMap<string, readonly LocalVersion[]>;
}

export interface LocalVersion {
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: Secret;
}

export const emptyContent: LocalContent = { revision: 0, keys: new Map() };

/**
 * Content as bytes, before encryption: revision (f64), number of keys (u32), then for each key its length (u32) and UTF-8,
 * the number of versions (u32), and for each revision (f64), time (f64), length (u32) and bytes. Big-endian throughout.
 * Binary, since JSON would pass every value through strings that cannot be wiped. A door.
 */
export function encodeContent({ revision, keys }: LocalContent): Secret {
  const parts: Buffer[] = [f64(revision), u32(keys.size)];
  for (const [key, versions] of keys) {
    const name = Buffer.from(key);
    parts.push(u32(name.length), name, u32(versions.length));
    for (const { revision: at, at: time, value } of versions) {
      parts.push(f64(at), f64(time), u32(value.size), value.unwrap());
    }
  }
  return Secret.fromBytes(Buffer.concat(parts));
}

/** Undefined when the bytes are not those of `encodeContent`. The content holds copies. */
export function decodeContent(encoded: Secret): LocalContent | undefined {
  const bytes = encoded.unwrap();
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new RangeError("cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const keys = new Map<string, LocalVersion[]>();
  try {
    const revision = take(8).readDoubleBE();
    for (let count = take(4).readUInt32BE(); count > 0; count--) {
      const key = take(take(4).readUInt32BE()).toString();
      const versions: LocalVersion[] = [];
      for (let left = take(4).readUInt32BE(); left > 0; left--) {
        const [own, time] = [take(8).readDoubleBE(), take(8).readDoubleBE()];
        const value = take(take(4).readUInt32BE());
        versions.push({ revision: own, at: time, value: Secret.fromBytes(Buffer.from(Uint8Array.from(value))) });
      }
      keys.set(key, versions);
    }
    if (at !== bytes.length) throw new RangeError("more than expected");
    return { revision, keys };
  } catch {
    disposeContent({ revision: 0, keys });
    return undefined;
  }
}

export function disposeContent({ keys }: LocalContent): void {
  for (const versions of keys.values()) for (const { value } of versions) value.dispose();
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

function f64(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(number);
  return bytes;
}
