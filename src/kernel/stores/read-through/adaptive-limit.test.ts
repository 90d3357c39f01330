import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type AdaptiveLimit, adapt, type CallOutcome, initialLimit } from "./adaptive-limit.ts";

const bounds = { initial: 8, min: 1, max: 64 };
const run = (outcomes: readonly CallOutcome[]): AdaptiveLimit =>
  outcomes.reduce((state, outcome) => adapt(state, outcome, bounds), initialLimit(bounds));
const answers = (count: number, millis: number): CallOutcome[] =>
  Array.from({ length: count }, () => ({ kind: "answered", millis }));

test("good answers raise the limit to its maximum", () => {
  assert.equal(run(answers(10_000, 5)).limit, 64);
});

test("being pushed back halves it, a dead store leaves one call", () => {
  assert.equal(run([{ kind: "pushed-back" }]).limit, 4);
  assert.equal(run([...answers(100, 5), { kind: "dead" }]).limit, 1);
});

test("answers that became much slower lower it, until slow is the usual", () => {
  const slowed = run([...answers(1_000, 5), ...answers(30, 500)]);
  assert.ok(slowed.limit < 16, `${slowed.limit}`);
  assert.equal(run([...answers(1_000, 5), ...answers(10_000, 500)]).limit, 64);
});

test("whatever happens, the limit stays within its bounds", () => {
  const outcome = fc.oneof(
    fc.record({ kind: fc.constant("answered" as const), millis: fc.nat(100_000) }),
    fc.record({ kind: fc.constantFrom("pushed-back" as const, "dead" as const) }),
  );
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 200 }), (outcomes) => {
      const { limit } = run(outcomes);
      assert.ok(limit >= bounds.min && limit <= bounds.max);
    }),
  );
});
