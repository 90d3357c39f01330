import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { inflateExactly } from "./inflate.ts";

/** What is wanted, by a stream of its own. */
function expected(input: Buffer, size: number): Buffer | undefined {
  try {
    const bytes = inflateSync(input, { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) });
    return bytes.length === size ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 3_000 }).map((text) => Buffer.from(text)),
  fc.nat(100_000).map((size) => Buffer.alloc(size, "line\n")),
);

test("any stream, whole, cut, damaged, too long, too short or with more behind it, is read as by a zlib of its own", () => {
  const room = Buffer.alloc(1_000);
  fc.assert(
    fc.property(
      content,
      fc.nat(9),
      fc.integer({ min: -1, max: 1 }),
      fc.option(fc.tuple(fc.nat(), fc.nat(7))),
      fc.option(fc.nat()),
      fc.uint8Array({ maxLength: 20 }),
      (bytes, level, more, damage, cut, behind) => {
        let input = Buffer.concat([deflateSync(bytes, { level }), behind]);
        const place = (damage?.[0] ?? 0) % input.length;
        if (damage !== null) input[place] = (input[place] ?? 0) ^ (1 << damage[1]);
        if (cut !== null) input = input.subarray(0, cut % input.length);
        const size = Math.max(bytes.length + more, 0);
        const wanted = expected(input, size);
        assert.deepEqual(inflateExactly(input, size), wanted);
        assert.deepEqual(inflateExactly(input, size, room), wanted);
      },
    ),
    { numRuns: 2_000 },
  );
});
