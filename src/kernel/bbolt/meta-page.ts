/** What a bbolt database's meta page says (bbolt, internal/common/meta.go). */
export interface MetaPage {
  readonly pageSize: number;
  /** Page of the bucket that holds all buckets. */
  readonly root: number;
  /** The page that lists the free ones; undefined where that list is not kept on disk, as with etcd. */
  readonly freelist: number | undefined;
  /** One above the last page that was ever used. */
  readonly highWater: number;
  /** The transaction that wrote it: the newer of the two meta pages counts. */
  readonly transaction: bigint;
}

export const PAGE_HEADER = 16;
const META_SIZE = 64;
const MAGIC = 0xed0cdaed;
const VERSION = 2;
const NO_FREELIST = 0xffffffffffffffffn;
const LARGEST_PAGE = 65_536;

/** Reads the meta page in `bytes`, which begin with its page header; undefined where its magic number, version or checksum is wrong. */
export function readMetaPage(bytes: Buffer): MetaPage | undefined {
  if (bytes.length < PAGE_HEADER + META_SIZE) return undefined;
  const meta = bytes.subarray(PAGE_HEADER, PAGE_HEADER + META_SIZE);
  if (meta.readUInt32LE(0) !== MAGIC || meta.readUInt32LE(4) !== VERSION) return undefined;
  if (fnv1a(meta.subarray(0, 56)) !== meta.readBigUInt64LE(56)) return undefined;
  const pageSize = meta.readUInt32LE(8);
  // A power of two that a real system has.
  if (pageSize < 1024 || pageSize > LARGEST_PAGE || (pageSize & (pageSize - 1)) !== 0) return undefined;
  const freelist = meta.readBigUInt64LE(32);
  return {
    pageSize,
    root: readPageId(meta, 16),
    freelist: freelist === NO_FREELIST ? undefined : readPageId(meta, 32),
    highWater: readPageId(meta, 40),
    transaction: meta.readBigUInt64LE(48),
  };
}

/** A page's number; what exceeds 2^53 is beyond any file, so its inexactness does no harm. */
export function readPageId(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
}

/** FNV-1a, 64 bits (RFC 9923). */
function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
