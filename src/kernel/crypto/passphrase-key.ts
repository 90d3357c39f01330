import { scrypt } from "node:crypto";
import { Secret } from "../secret/secret.ts";

/** scrypt's cost as a power of two (RFC 7914): 17 takes 128 MiB and about half a second. */
export const PASSPHRASE_COST = 17;
export const PASSPHRASE_SALT = 32;

/** A key of 32 bytes from a passphrase, by scrypt (RFC 7914) with r = 8 and p = 1. A door. */
export function passphraseKey(passphrase: Secret, salt: Uint8Array, cost: number): Promise<Secret> {
  const N = 2 ** cost;
  return new Promise((resolve, reject) => {
    // 128·N·r bytes are what it works in; the rest is slack that Node asks for.
    scrypt(passphrase.unwrap(), salt, 32, { N, r: 8, p: 1, maxmem: 129 * N * 8 }, (error, key) => {
      if (error === null) resolve(Secret.fromBytes(key));
      else reject(error);
    });
  });
}
