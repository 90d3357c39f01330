import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseRetryAfter } from "./retry-after.ts";
import { backoff, defaultRetry, nextAttempt, type Outcome, type RetryPolicy } from "./retry-policy.ts";

const REJECTING: RetryPolicy = { ...defaultRetry, rejections: [429] };

const CASES: readonly [
  name: string,
  policy: RetryPolicy,
  attempt: number,
  idempotent: boolean,
  outcome: Outcome,
  wait: number | undefined,
][] = [
  ["a lost connection of a GET waits half the base at the least", defaultRetry, 1, true, {}, 100],
  ["a lost connection of a POST is not repeated", defaultRetry, 1, false, {}, undefined],
  ["503 of a GET is repeated", defaultRetry, 2, true, { status: 503 }, 200],
  ["503 of a POST is not", defaultRetry, 1, false, { status: 503 }, undefined],
  ["500 is an answer", defaultRetry, 1, true, { status: 500 }, undefined],
  ["200 is an answer", defaultRetry, 1, true, { status: 200 }, undefined],
  ["Retry-After is honoured", defaultRetry, 1, true, { status: 429, retryAfter: 3000 }, 3000],
  ["a Retry-After beyond the cap ends it", defaultRetry, 1, true, { status: 429, retryAfter: 60_001 }, undefined],
  ["429 of a POST is repeated where 429 means that nothing was begun", REJECTING, 1, false, { status: 429 }, 100],
  ["429 of a POST is not repeated elsewhere", defaultRetry, 1, false, { status: 429 }, undefined],
  ["the last attempt's outcome is the caller's", defaultRetry, 4, true, { status: 503 }, undefined],
];

for (const [name, policy, attempt, idempotent, outcome, wait] of CASES) {
  test(name, () => assert.equal(nextAttempt(policy, attempt, idempotent, outcome, 0), wait));
}

test("waits grow, stay below the cap, and chance moves at most half of them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const full = Math.min(10_000, 200 * 2 ** (attempt - 1));
      const wait = backoff({ base: 200, cap: 10_000 }, attempt, random);
      assert.ok(wait >= full / 2 && wait <= full);
    }),
  );
});

const NOW = Date.parse("2026-01-01T00:00:00Z");
const HEADERS: readonly [header: string | undefined, millis: number | undefined][] = [
  [undefined, undefined],
  ["", undefined],
  ["120", 120_000],
  [" 0 ", 0],
  ["-1", undefined],
  ["1.5", undefined],
  ["99999999999999", undefined],
  ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
  ["Thursday, 01-Jan-26 00:00:30 GMT", 30_000],
  ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
  ["soon", undefined],
  ["Mon, nonsense", undefined],
];

for (const [header, millis] of HEADERS) {
  test(`Retry-After ${JSON.stringify(header)} means ${millis} ms`, () => {
    assert.equal(parseRetryAfter(header, NOW), millis);
  });
}
