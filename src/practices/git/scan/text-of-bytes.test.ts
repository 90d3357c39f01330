import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { byteLengthOf, textOfBytes } from "./text-of-bytes.ts";

const anyBytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 6 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts));

test("every byte is accounted for, whatever it is", () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(), (bytes, seed) => {
      const read = textOfBytes(bytes);
      assert.equal(byteLengthOf(read, 0, read.text.length), bytes.length);
      const chars = Array.from(read.text);
      const cut = chars.slice(0, seed % (chars.length + 1)).join("").length;
      assert.equal(byteLengthOf(read, 0, cut) + byteLengthOf(read, cut, read.text.length), bytes.length);
    }),
    { numRuns: 2_000 },
  );
});

test("valid UTF-8 is read as it is, and each other byte is one character", () => {
  assert.deepEqual(textOfBytes(Buffer.from("key")), { text: "key", ascii: true });
  assert.deepEqual(textOfBytes(Buffer.from("clé😀")), { text: "clé😀", ascii: false });
  // An overlong NUL, a cut sequence, a surrogate, beyond the last character.
  for (const bytes of [
    [0xc0, 0x80],
    [0xe2, 0x84],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
  ]) {
    const { text } = textOfBytes(Buffer.from([0x61, ...bytes, 0x62]));
    assert.equal(text, `a${bytes.map((byte) => String.fromCharCode(0xdc00 + byte)).join("")}b`);
  }
});
