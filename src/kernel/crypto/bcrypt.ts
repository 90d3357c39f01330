import { Blowfish } from "./blowfish.ts";

/** bcrypt reads no more of a password. */
export const LONGEST_PASSWORD = 72;
const SALT = 16;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** What is encrypted 64 times: it is all that the hash is made of. */
const TEXT = Buffer.from("OrpheanBeholderScryDoubt");

/**
 * The bcrypt hash of a password of up to 72 bytes as `$2a$…`, with 16 bytes of salt. It takes 2^cost rounds, which hold the
 * thread: see bcrypt-in-thread.ts.
 */
export function bcrypt(password: Uint8Array, salt: Uint8Array, cost: number): string {
  if (password.length > LONGEST_PASSWORD || salt.length !== SALT || cost < 4 || cost > 20) {
    throw new RangeError("bcrypt takes passwords up to 72 bytes, 16 bytes of salt, and costs from 4 to 20");
  }
  const key = Buffer.concat([password, Buffer.alloc(1)]).subarray(0, LONGEST_PASSWORD);
  const blowfish = new Blowfish();
  blowfish.expand(key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    blowfish.expand(key, undefined);
    blowfish.expand(salt, undefined);
  }
  const out = Buffer.alloc(TEXT.length);
  for (let at = 0; at < TEXT.length; at += 8) {
    blowfish.left = TEXT.readInt32BE(at);
    blowfish.right = TEXT.readInt32BE(at + 4);
    for (let round = 0; round < 64; round++) blowfish.encrypt();
    out.writeInt32BE(blowfish.left, at);
    out.writeInt32BE(blowfish.right, at + 4);
  }
  key.fill(0);
  return `$2a$${String(cost).padStart(2, "0")}$${encode(salt)}${encode(out.subarray(0, 23))}`;
}

/** bcrypt's own base64, without padding. */
function encode(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,6}/g) ?? []).map((digit) => ALPHABET[Number.parseInt(digit.padEnd(6, "0"), 2)]).join("");
}
