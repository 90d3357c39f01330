import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fragmentsOf } from "./fragments.ts";

const pieces = fc.array(
  fc.oneof(
    fc
      .tuple(fc.constantFrom("a", "ab\n", "\n", "\r\n", " \t", "x\n\n"), fc.integer({ min: 1, max: 40_000 }))
      .map(([text, times]) => text.repeat(times)),
    fc.constantFrom("line\n", "\n\n", "key = value\n"),
  ),
  { maxLength: 8 },
);

test("the pieces of a file are the file, none larger than 125 kB, each with the number of its first line", () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = Buffer.from(parts.join(""));
      const fragments = [...fragmentsOf(bytes)];
      assert.ok(Buffer.concat(fragments.map((fragment) => fragment.bytes)).equals(bytes));
      let line = 1;
      for (const fragment of fragments) {
        assert.ok(fragment.bytes.length > 0 && fragment.bytes.length <= 125_000, String(fragment.bytes.length));
        assert.equal(fragment.startLine, line);
        line += fragment.bytes.toString().split("\n").length - 1;
      }
    }),
    { numRuns: 100 },
  );
});

test("a file is cut at a blank line where one is near", () => {
  const bytes = Buffer.from(`${"a".repeat(99_990)}\nbbbbbbbbbbbbbbbb\n\nccc\n`);
  const [first] = fragmentsOf(bytes);
  assert.ok(first?.bytes.toString().endsWith("bbbb\n\n"));
});

test("a line of 10 MB comes in bounded pieces", () => {
  const sizes = [...fragmentsOf(Buffer.alloc(10_000_000, "x"))].map(({ bytes }) => bytes.length);
  assert.ok(Math.max(...sizes) <= 125_000);
  assert.equal(
    sizes.reduce((sum, size) => sum + size),
    10_000_000,
  );
});
