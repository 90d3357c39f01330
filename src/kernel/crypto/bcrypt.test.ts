import assert from "node:assert/strict";
import { test } from "node:test";
import { bcrypt } from "./bcrypt.ts";
import { bcryptInThread } from "./bcrypt-in-thread.ts";

/** From the test vectors of OpenBSD's and John the Ripper's bcrypt, which other implementations use too. */
const VECTORS: readonly (readonly [password: string, hash: string])[] = [
  ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"],
  ["U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"],
  ["U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"],
  ["", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"],
];
const SALTS: Readonly<Record<string, Buffer>> = {
  C: Buffer.from("10410410410410410410410410410410", "hex"),
  X: Buffer.from("65965965965965965965965965965965", "hex"),
};

test("hashes are those of the published vectors", async () => {
  for (const [password, hash] of VECTORS) {
    const salt = SALTS[hash[7] ?? ""] ?? Buffer.alloc(16);
    assert.equal(bcrypt(Buffer.from(password), salt, 5), hash, password);
    assert.equal(await bcryptInThread(Buffer.from(password), salt, 5), hash, password);
  }
  assert.throws(() => bcrypt(Buffer.alloc(73), Buffer.alloc(16), 5), RangeError);
});
