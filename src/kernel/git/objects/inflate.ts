import { inflateSync } from "node:zlib";

/** The `size` bytes that a zlib stream (RFC 1950) at the beginning of `input` must hold; undefined when it holds others, or more. */
export function inflateExactly(input: Buffer, size: number): Buffer | undefined {
  try {
    // One byte more than wanted, so that a stream which goes on is refused, and never grows.
    const bytes = inflateSync(input, { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) });
    return bytes.length === size ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The longest that zlib makes of `size` bytes, with room for odd writers. */
export function longestDeflated(size: number): number {
  return size + (size >> 8) + 1024;
}
