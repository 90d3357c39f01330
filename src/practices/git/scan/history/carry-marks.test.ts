import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DeltaSteps } from "../../../../kernel/git/objects/delta-steps.ts";
import { carryMarks } from "./carry-marks.ts";
import type { Mark } from "./window-scanner.ts";

const copy = fc.record({ from: fc.nat(60), length: fc.integer({ min: 1, max: 25 }) });
const place = fc.record({ start: fc.nat(60), size: fc.integer({ min: 1, max: 20 }) });

test("what is taken over of a finding's surroundings is carried along, or looked at again, as often as it is taken", () => {
  fc.assert(
    fc.property(fc.array(copy, { maxLength: 8 }), fc.array(place, { maxLength: 4 }), (pieces, places) => {
      const steps = new DeltaSteps();
      let size = 0;
      for (const { from, length } of pieces) {
        steps.copied(from, size, length);
        size += length;
      }
      const marks = places.map(
        ({ start, size: length }): Mark => ({ start, end: start + length, window: { kind: "near", hits: [0] } }),
      );
      const { kept, again, broken } = carryMarks(marks, steps);
      assert.deepEqual(again, []);
      let to = 0;
      for (const { from, length } of pieces) {
        for (const mark of marks) {
          const start = Math.max(mark.start, from) + to - from;
          const end = Math.min(mark.end, from + length) + to - from;
          if (start >= end) continue;
          const isWhole = end - start === mark.end - mark.start;
          const found = (isWhole ? kept : broken).some((one) => one.start === start && one.end === end);
          assert.ok(found, JSON.stringify({ pieces, places, kept, broken }));
        }
        to += length;
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a far word whose surroundings changed is looked at again; a clean neighbourhood is forgotten", () => {
  const steps = new DeltaSteps();
  steps.inserted(0, 5);
  steps.copied(0, 5, 50);
  const line = { start: 40, end: 45 };
  const marks: readonly Mark[] = [
    { start: 20, end: 70, window: { kind: "far", hits: [] }, line },
    { start: 0, end: 10, window: { kind: "near", hits: [] } },
    { start: 10, end: 90, window: { kind: "structure", hits: [] }, line },
  ];
  const again = { start: 45, end: 50 };
  assert.deepEqual(carryMarks(marks, steps), { kept: [], again: [again, again], broken: [] });
});
