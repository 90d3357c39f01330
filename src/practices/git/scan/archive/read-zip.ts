import { isUtf8 } from "node:buffer";
import type { ArchiveEntry, ArchiveFault, Unpacked } from "./archive-entry.ts";
import { decompress } from "./decompress.ts";

/** Signatures and sizes of PKWARE's APPNOTE 6.3.10, §4.3. */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 65_535;
const NEEDS_64 = 0xffff_ffff;

/**
 * The files in a zip archive, by its directory at the end. Nothing is trusted: every offset is checked against the bytes
 * that there are. Encrypted members, and methods other than stored, deflate and zstd, are faults. Never throws.
 */
export function* zipEntries(bytes: Buffer): Generator<ArchiveEntry | ArchiveFault> {
  const start = startOfDirectory(bytes);
  if (start === undefined) {
    yield { fault: "its directory is missing or damaged" };
    return;
  }
  for (let at = start; at + 46 <= bytes.length && bytes.readUInt32LE(at) === CENTRAL; ) {
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    if (extraEnd > bytes.length) {
      yield { fault: "its directory breaks off" };
      return;
    }
    const name = nameOf(bytes.subarray(at + 46, nameEnd));
    const member = memberAt(bytes, at, bytes.subarray(nameEnd, extraEnd));
    if (!name.endsWith("/")) yield { name, unpack: (limit) => unpack(bytes, member, limit) };
    at = extraEnd + bytes.readUInt16LE(at + 32);
  }
}

function startOfDirectory(bytes: Buffer): number | undefined {
  for (let at = bytes.length - END_SIZE; at >= Math.max(0, bytes.length - END_SIZE - LONGEST_COMMENT); at--) {
    if (bytes.readUInt32LE(at) !== END) continue;
    const start = bytes.readUInt32LE(at + 16);
    const found = start === NEEDS_64 ? startOf64(bytes, at - 20) : start;
    if (found !== undefined && found <= at) return found;
  }
  return undefined;
}

function startOf64(bytes: Buffer, locator: number): number | undefined {
  if (locator < 0 || bytes.readUInt32LE(locator) !== END_64_LOCATOR) return undefined;
  const end = Number(bytes.readBigUInt64LE(locator + 8));
  if (end + 56 > bytes.length || bytes.readUInt32LE(end) !== END_64) return undefined;
  return Number(bytes.readBigUInt64LE(end + 48));
}

interface Member {
  readonly encrypted: boolean;
  readonly method: number;
  readonly packed: number;
  readonly header: number;
}

function memberAt(bytes: Buffer, at: number, extra: Buffer): Member {
  const sizes = [24, 20, 42].map((offset) => bytes.readUInt32LE(at + offset));
  const [, packed = 0, header = 0] = widened(sizes, extra);
  return {
    encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    method: bytes.readUInt16LE(at + 10),
    packed,
    header,
  };
}

/** Sizes that don't fit into 32 bits stand in the extra field 1, in their order (§4.5.3). */
function widened(sizes: readonly number[], extra: Buffer): readonly number[] {
  let field = extra;
  while (field.length >= 4 && field.readUInt16LE(0) !== 1) field = field.subarray(4 + field.readUInt16LE(2));
  let at = 4;
  return sizes.map((size) => {
    if (size !== NEEDS_64 || at + 8 > field.length) return size;
    at += 8;
    return Number(field.readBigUInt64LE(at - 8));
  });
}

function unpack(bytes: Buffer, { encrypted, method, packed, header }: Member, limit: number): Unpacked {
  if (encrypted) return { ok: false, reason: "it is encrypted" };
  if (header + 30 > bytes.length || bytes.readUInt32LE(header) !== LOCAL)
    return { ok: false, reason: "the archive's directory does not lead to it" };
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const data = bytes.subarray(start, start + packed);
  if (method === 8) return decompress(data, "deflate", limit);
  if (method === 93) return decompress(data, "zstd", limit);
  if (method !== 0) return { ok: false, reason: `it is compressed by method ${method}, which is not read` };
  return data.length > limit ? { ok: false, reason: `it is larger than ${limit} bytes` } : { ok: true, bytes: data };
}

function nameOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}
