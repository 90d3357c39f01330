import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DeltaSteps } from "../../../../kernel/git/objects/delta-steps.ts";
import { addDirty, type Ranges } from "./dirty-ranges.ts";

/** Pieces of a base, or new text, put together. */
const step = fc.oneof(
  fc.record({ from: fc.nat(60), length: fc.integer({ min: 1, max: 25 }) }),
  fc.constantFrom("x", "\n", "new\n", "y\nz").map((text) => ({ text })),
);

test("a line that a delta's ranges leave out stands in the base as it is", () => {
  const base = "alpha\nbeta\n\ngamma delta\n  epsilon\nzeta\neta theta\niota\nkappa\nlambda\n";
  const known = new Set(base.split("\n"));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (pieces) => {
      const steps = new DeltaSteps();
      let target = "";
      for (const piece of pieces) {
        const text = "text" in piece ? piece.text : base.slice(piece.from, piece.from + piece.length);
        if (text === "") continue;
        if ("text" in piece) steps.inserted(target.length, text.length);
        else steps.copied(piece.from, target.length, text.length);
        target += text;
      }
      const ranges: Ranges = { starts: [], ends: [] };
      addDirty(steps, target.length, ranges);
      let start = 0;
      for (const line of target.split("\n")) {
        const end = start + line.length + 1;
        const isDirty = ranges.starts.some((from, index) => from < end && (ranges.ends[index] ?? 0) > start);
        assert.ok(isDirty || known.has(line), JSON.stringify({ target, line, ranges }));
        start = end;
      }
    }),
    { numRuns: 2_000 },
  );
});
