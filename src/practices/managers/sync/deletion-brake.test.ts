import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import {
  ACKNOWLEDGED,
  acknowledges,
  type Brake,
  DELETION_HELD,
  isTooMany,
  nextBrake,
  persistedBrake,
  released,
} from "./deletion-brake.ts";

const many = { known: 40, missing: 20 };
const few = { known: 40, missing: 8 };

test("ten missing keys of a hundred are a clean-up, ten of forty-nine are not, nine never hold anything", () => {
  assert.equal(isTooMany({ known: 100, missing: 10 }), false);
  assert.equal(isTooMany({ known: 49, missing: 10 }), true);
  assert.equal(isTooMany({ known: 50, missing: 10 }), false);
  assert.equal(isTooMany({ known: 9, missing: 9 }), false);
});

test("a hold ends by an acknowledgement, which counts for its episode alone, or when the keys are back", () => {
  let brake = nextBrake(released, many, true);
  assert.equal(brake.kind, "held", "what was not held yet cannot be acknowledged");
  brake = nextBrake(brake, many, false);
  assert.equal(brake.kind, "held");
  brake = nextBrake(brake, many, true);
  assert.equal(brake.kind, "acknowledged");
  brake = nextBrake(brake, many, false);
  assert.equal(brake.kind, "acknowledged");
  brake = nextBrake(brake, { known: 0, missing: 0 }, false);
  assert.equal(brake.kind, "acknowledged", "a store that answered nothing told nothing");
  brake = nextBrake(brake, few, false);
  assert.equal(brake.kind, "released");
  assert.equal(nextBrake(brake, many, true).kind, "held");
});

const since = "2026-01-02T03:04:05Z";
const storeWith = (status: "True" | "False", reason: string, annotation?: string) => ({
  metadata: {
    name: "s",
    ...(annotation === undefined ? {} : { annotations: { [ACKNOWLEDGE_DELETION_ANNOTATION]: annotation } }),
  },
  status: { conditions: [{ type: DELETION_HELD, status, reason, lastTransitionTime: since }] },
});

test("the instant of the hold acknowledges it, another value or another episode doesn't", () => {
  assert.equal(acknowledges(storeWith("True", "TooManyKeysMissing", since)), true);
  for (const other of ["", "yes", "2026-01-02T03:04:04Z"]) {
    assert.equal(acknowledges(storeWith("True", "TooManyKeysMissing", other)), false);
  }
  assert.equal(acknowledges(storeWith("True", "TooManyKeysMissing")), false);
  assert.equal(acknowledges(storeWith("False", "KeysPresent", since)), false);
  assert.equal(
    acknowledges({ metadata: { name: "s", annotations: { [ACKNOWLEDGE_DELETION_ANNOTATION]: since } } }),
    false,
  );
});

test("a process that has just started finds the brake as it was left", () => {
  assert.equal(persistedBrake(storeWith("True", "TooManyKeysMissing").status).kind, "held");
  assert.equal(persistedBrake(storeWith("False", ACKNOWLEDGED).status).kind, "acknowledged");
  assert.equal(persistedBrake(storeWith("False", "KeysPresent").status).kind, "released");
  assert.equal(persistedBrake(undefined).kind, "released");
});

test("whatever happens, too many missing keys are never released without an acknowledgement after the hold", () => {
  const look = fc.record({
    found: fc.record({ known: fc.nat(100), missing: fc.nat(100) }),
    isAcknowledged: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 50 }), (looks) => {
      let brake: Brake = released;
      for (const { found, isAcknowledged } of looks) {
        const before = brake.kind;
        brake = nextBrake(brake, found, isAcknowledged);
        if (found.known === 0) assert.equal(brake.kind, before);
        else if (!isTooMany(found)) assert.equal(brake.kind, "released");
        else if (before === "released" || (before === "held" && !isAcknowledged)) assert.equal(brake.kind, "held");
        else assert.equal(brake.kind, "acknowledged");
      }
    }),
  );
});
