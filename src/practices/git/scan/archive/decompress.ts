import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, zstdDecompressSync } from "node:zlib";
import type { Unpacked } from "./archive-entry.ts";

/** As files are compressed; `deflate` stands inside of zip only. */
export type Compression = "gzip" | "zstd" | "brotli";

/** Decompresses up to `limit` bytes; of deflate and gzip that break off, what there is. Never throws. */
export function decompress(bytes: Buffer, compression: Compression | "deflate", limit: number): Unpacked {
  try {
    return { ok: true, bytes: run(bytes, compression, Math.max(limit, 1)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") return { ok: false, reason: `it unpacks to more than ${limit} bytes` };
    return { ok: false, reason: "its compressed data are damaged" };
  }
}

function run(bytes: Buffer, compression: Compression | "deflate", maxOutputLength: number): Buffer {
  switch (compression) {
    case "deflate":
      return inflateRawSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
    case "gzip":
      return gunzipSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
    case "zstd":
      return zstdDecompressSync(bytes, { maxOutputLength });
    case "brotli":
      return brotliDecompressSync(bytes, { maxOutputLength });
  }
}
