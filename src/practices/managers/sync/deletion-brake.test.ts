import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Brake, isTooMany, nextBrake, released } from "./deletion-brake.ts";

const many = { known: 40, missing: 20 };
const few = { known: 40, missing: 8 };

test("ten missing keys of a hundred are a clean-up, ten of forty-nine are not, nine never hold anything", () => {
  assert.equal(isTooMany({ known: 100, missing: 10 }), false);
  assert.equal(isTooMany({ known: 49, missing: 10 }), true);
  assert.equal(isTooMany({ known: 50, missing: 10 }), false);
  assert.equal(isTooMany({ known: 9, missing: 9 }), false);
});

test("an old acknowledgement doesn't count for a new episode, a new value does, and only for that episode", () => {
  let brake = nextBrake(released, many, "last year");
  assert.equal(brake.kind, "held");
  brake = nextBrake(brake, many, "last year");
  assert.equal(brake.kind, "held");
  brake = nextBrake(brake, many, "today");
  assert.equal(brake.kind, "acknowledged");
  brake = nextBrake(brake, few, "today");
  assert.equal(brake.kind, "released");
  assert.equal(nextBrake(brake, many, "today").kind, "held");
});

test("whatever happens, too many missing keys are never released without a value that came after the hold", () => {
  const look = fc.record({
    found: fc.record({ known: fc.nat(100), missing: fc.nat(100) }),
    annotation: fc.option(fc.constantFrom("", "a", "b", "c"), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 50 }), (looks) => {
      let brake: Brake = released;
      let atHold: { readonly annotation: string | undefined } | undefined;
      for (const { found, annotation } of looks) {
        brake = nextBrake(brake, found, annotation);
        if (!isTooMany(found)) {
          assert.equal(brake.kind, "released");
          atHold = undefined;
          continue;
        }
        assert.notEqual(brake.kind, "released");
        if (atHold === undefined) {
          assert.equal(brake.kind, "held");
          atHold = { annotation };
        } else if (brake.kind === "acknowledged") assert.notEqual(brake.token, atHold.annotation);
      }
    }),
  );
});
