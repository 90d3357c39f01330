import { binaryFormat } from "../binary-format.ts";
import type { Compression } from "./decompress.ts";
import { isTarHeader } from "./read-tar.ts";

/** How a file holds others. What is not read is named, so that it can be told. */
export type ArchiveKind = "zip" | "tar" | Compression | { readonly unread: string };

const UNREAD: ReadonlySet<string> = new Set([
  "rar",
  "bzip2",
  "7z",
  "xz",
  "compress",
  "lzip",
  "cab",
  "ar or deb",
  "rpm",
]);

/** Told by a file's first bytes; Brotli has no mark, and is told by its name. Undefined: no archive. */
export function archiveKind(bytes: Buffer, path: string): ArchiveKind | undefined {
  const format = binaryFormat(bytes);
  if (format === "zip" || format === "tar" || format === "gzip" || format === "zstd") return format;
  if (format !== undefined) return UNREAD.has(format) ? { unread: format } : undefined;
  if (/\.br$/i.test(path)) return "brotli";
  // Tar of before 1988 has no mark, but a checksum.
  return /\.tar$/i.test(path) && isTarHeader(bytes, 0) ? "tar" : undefined;
}
