import { createHash } from "node:crypto";
import { type FunctionTable, fn } from "./go-function.ts";

const hex = (algorithm: string, bytes: string): string =>
  createHash(algorithm).update(Buffer.from(bytes, "latin1")).digest("hex");

export const HASH_FUNCTIONS: FunctionTable = {
  sha1sum: fn(["string"], ([bytes]) => hex("sha1", bytes)),
  sha256sum: fn(["string"], ([bytes]) => hex("sha256", bytes)),
  sha512sum: fn(["string"], ([bytes]) => hex("sha512", bytes)),
  adler32sum: fn(["string"], ([bytes]) => String(adler32(bytes))),
};

/** RFC 1950 §8.2 */
function adler32(bytes: string): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length; at++) {
    a = (a + bytes.charCodeAt(at)) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
