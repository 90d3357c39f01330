import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KustodyError } from "../../errors.ts";
import { LineSplitter } from "./line-splitter.ts";

test("however a text is cut into chunks, its lines come out whole", () => {
  const line = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\n", " "));
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), cuts, (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
      const splitter = new LineSplitter(1_000);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const found = places.flatMap((place, i) =>
        splitter.push(Buffer.from(bytes.subarray(place, places[i + 1] ?? place))),
      );
      assert.deepEqual(
        found.map(String),
        lines.filter((one) => one !== ""),
      );
    }),
  );
});

test("a line at the bound passes, one byte more does not, also when it never ends", () => {
  const tooLong = (error: unknown) => error instanceof KustodyError && error.code === "KST_KUBE_REPLY";
  assert.equal(new LineSplitter(10).push(Buffer.from("0123456789\n")).length, 1);
  assert.throws(() => new LineSplitter(10).push(Buffer.from("0123456789x\n")), tooLong);
  const splitter = new LineSplitter(10);
  splitter.push(Buffer.from("a\n01234"));
  assert.throws(() => splitter.push(Buffer.from("56789x")), tooLong);
});
