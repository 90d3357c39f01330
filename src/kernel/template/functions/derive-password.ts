import { createHmac, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { type FunctionTable, fn } from "./go-function.ts";

const SEED = "com.lyndir.masterpassword";
const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Letters that stand for sets of characters (https://masterpassword.app/masterpassword-algorithm.pdf). */
const SETS: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: "BCDFGHJKLMNPQRSTVWXYZ",
  v: "aeiou",
  c: "bcdfghjklmnpqrstvwxyz",
  A: "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
  a: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
};

const KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    maximum: "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno",
    long: "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno",
    medium: "CvcnoCvc CvcCvcno",
    short: "Cvcn",
    basic: "aaanaaan aannaaan aaannaaa",
    pin: "nnnn",
  }).map(([kind, shapes]) => [kind, shapes.split(" ")]),
);

/** sprig's derivePassword, Master Password's algorithm: always the same for the same arguments. */
export const PASSWORD_FUNCTIONS: FunctionTable = {
  derivePassword: fn(
    ["uint32", "string", "string", "string", "string"],
    ([counter, kind, password, user, site], { costly }) => {
      const shapes = KINDS.get(kind);
      // The kind may be a value, so it is not repeated as sprig does.
      if (shapes === undefined) return "cannot find password template";
      return costly(async () => {
        const salt = Buffer.concat([Buffer.from(SEED), counted(user)]);
        const options = { N: 32_768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 };
        const key = await derive(Buffer.from(password, "latin1"), salt, 64, options);
        const number = Buffer.alloc(4);
        number.writeUInt32BE(Number(counter));
        const seed = createHmac("sha256", key).update(SEED).update(counted(site)).update(number).digest();
        const shape = shapes[(seed[0] ?? 0) % shapes.length] ?? "";
        return Array.from(shape, (letter, index) => {
          const set = SETS[letter] ?? "";
          return set[(seed[index + 1] ?? 0) % set.length];
        }).join("");
      });
    },
  ),
};

/** Its length in four bytes, and the text. */
function counted(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, "latin1")]);
}
