import assert from "node:assert/strict";
import { test } from "node:test";
import { confluentChecksum, crc32Base62, endsWithCrc32, isBech32 } from "./checksum.ts";

test("Bech32: the specification's vectors", () => {
  // https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki#test-vectors
  for (const right of ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"])
    assert.ok(isBech32(right));
  for (const wrong of ["A1G7SGD8", "a12uel5m", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq"])
    assert.ok(!isBech32(wrong));
});

test("CRC-32 to the base 62: its check value, and leading zeros", () => {
  // 0xcbf43926, the check value of CRC-32 for these nine digits, is 3421780262.
  assert.equal(crc32Base62("123456789"), "3jZRME");
  assert.match(crc32Base62(""), /^0{6}$/);
});

test("CRC-32 as Confluent writes it: little-endian, in Base64", () => {
  assert.equal(confluentChecksum("123456789"), "Jjn0yw"); // 26 39 f4 cb
});

test("a token of 36 characters needs its checksum; of another length it has another form", () => {
  const random = "a".repeat(30);
  assert.ok(endsWithCrc32(`ghp_${random}${crc32Base62(random)}`));
  assert.ok(!endsWithCrc32(`ghp_${random}${crc32Base62(`${random}b`)}`));
  assert.ok(endsWithCrc32(`ghs_${random.repeat(3)}`));
});
