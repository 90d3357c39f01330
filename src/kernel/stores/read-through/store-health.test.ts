import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreError } from "../store.ts";
import { afterBatch, healthy, refusal, type StoreHealth } from "./store-health.ts";

const bounds = { base: 1_000, cap: 60_000 };
const down: StoreError = { error: "unavailable", message: "refused" };
const after = (health: StoreHealth, error: StoreError, now: number, random = 0) =>
  afterBatch(health, [error], false, now, random, bounds);

test("a sealed or throttling store rests at once, with the reason told to those who ask", () => {
  const health = after(healthy, { error: "sealed", message: "Vault is sealed" }, 0, 0.5);
  assert.deepEqual(refusal(health, 100), { error: "sealed", message: "Vault is sealed", retryAfterMillis: 650 });
  assert.equal(refusal(health, 750), undefined);
});

test("one unavailable key does not rest a store, three in a row without any answer do", () => {
  let health = after(healthy, down, 0);
  health = after(health, down, 1);
  assert.equal(refusal(health, 2), undefined);
  assert.deepEqual(refusal(after(health, down, 2), 2), { ...down, retryAfterMillis: 500 });
  const recovered = afterBatch(health, [down], true, 2, 0, bounds);
  assert.deepEqual(recovered, healthy);
});

test("rests double up to the cap, and Retry-After is kept to", () => {
  let health: StoreHealth = healthy;
  const waits = Array.from({ length: 12 }, () => {
    health = after(health, { error: "sealed", message: "" }, 0, 0.999_999);
    return Math.round((health.pausedUntil ?? 0) / 1000);
  });
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
  const asked = after(healthy, { error: "throttled", message: "", retryAfterMillis: 7_000 }, 0);
  assert.equal(refusal(asked, 6_999)?.error, "throttled");
  assert.equal(refusal(asked, 7_000), undefined);
});

test("a refused login or a missing key says nothing against the store", () => {
  for (const error of ["unauthenticated", "missing", "denied"] as const) {
    assert.equal(refusal(after(healthy, { error, message: "" }, 0), 0), undefined);
  }
});
