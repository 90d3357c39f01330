import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BYTES, VARINT, WireReader } from "./wire-reader.ts";
import { type WireField, writeMessage } from "./wire-writer.ts";

function read(bytes: Uint8Array): { fields: WireField[]; malformed: boolean } {
  const reader = new WireReader(bytes);
  const fields: WireField[] = [];
  while (reader.next()) {
    if (reader.wire === VARINT) fields.push([reader.field, reader.number]);
    else fields.push([reader.field, Uint8Array.from(bytes.subarray(reader.start, reader.end))]);
  }
  return { fields, malformed: reader.malformed };
}

test("what was written is read back", () => {
  const field = fc.tuple(
    fc.integer({ min: 1, max: 0x1fffffff }),
    fc.oneof(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.uint8Array({ minLength: 1, maxLength: 300 })),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      assert.deepEqual(read(writeMessage(fields)), { fields, malformed: false });
    }),
  );
});

test("any bytes are read to their end or to the first that make no sense, and never beyond", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(50), fc.nat(50), (bytes, start, length) => {
      const end = Math.min(start + length, bytes.length);
      const reader = new WireReader(bytes, start, end);
      let fields = 0;
      while (reader.next()) {
        fields++;
        assert.ok(reader.start >= start && reader.end <= end && reader.start <= reader.end);
        assert.ok(reader.field >= 1);
      }
      assert.ok(fields <= length);
      assert.equal(reader.next(), false);
    }),
    { numRuns: 2000 },
  );
});

test("cut, endless and unknown encodings are malformed", () => {
  const cases: [string, number[]][] = [
    ["a tag without a value", [8]],
    ["a varint of eleven bytes", [8, ...Array<number>(11).fill(0x80)]],
    ["bytes that are longer than the message", [18, 200, 1]],
    ["a length near 2^64", [18, ...Array<number>(9).fill(0xff), 1]],
    ["field 0", [0, 1]],
    ["the group of proto1", [11]],
    ["wire type 7", [15]],
    ["a fixed64 of 3 bytes", [9, 1, 2, 3]],
  ];
  for (const [what, bytes] of cases)
    assert.deepEqual(read(Uint8Array.from(bytes)), { fields: [], malformed: true }, what);
  assert.deepEqual(read(Uint8Array.of(13, 1, 2, 3, 4)).fields, [[1, Uint8Array.of(1, 2, 3, 4)]]);
});

test("one reader serves one message after the other, also after a malformed one", () => {
  const reader = new WireReader(Uint8Array.of(8));
  assert.equal(reader.next(), false);
  const bytes = writeMessage([[3, "abc"]]);
  reader.reset(bytes, 0, bytes.length);
  assert.equal(reader.next(), true);
  assert.deepEqual([reader.field, reader.wire, reader.start, reader.end], [3, BYTES, 2, 5]);
});
