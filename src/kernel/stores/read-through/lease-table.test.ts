import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "../store.ts";
import { ManualClock, settled } from "../testing/manual-clock.ts";
import { leaseStep } from "./lease-schedule.ts";
import { LeaseTable } from "./lease-table.ts";

const lease = (issuedAt: number, more: Partial<Lease> = {}): Lease => ({
  id: "database/creds/app/1",
  renewable: true,
  durationMillis: 60_000,
  issuedAt,
  ...more,
});

test("a lease waits until two thirds have passed, is renewed then, and expires at its end", () => {
  const state = { lease: lease(0), spread: 0, failures: 0, failedAt: 0 };
  assert.deepEqual(leaseStep(state, 0), { do: "wait", until: 40_000 });
  assert.deepEqual(leaseStep(state, 40_000), { do: "renew" });
  assert.deepEqual(leaseStep(state, 60_000), { do: "expire" });
  assert.deepEqual(leaseStep({ ...state, spread: 1 }, 34_000), { do: "renew" });
  assert.deepEqual(leaseStep({ ...state, lease: lease(0, { renewable: false }) }, 50_000), {
    do: "wait",
    until: 60_000,
  });
  assert.deepEqual(leaseStep({ ...state, failures: 1, failedAt: 40_000 }, 40_001), { do: "wait", until: 42_000 });
});

test("the table renews again and again while the store extends the lease", async () => {
  const clock = new ManualClock(0);
  const table = new LeaseTable(clock, () => 0);
  const stop = new AbortController();
  const renewals: number[] = [];
  const running = table.run(stop.signal);
  table.track("vault", lease(0), {
    renew: async () => {
      renewals.push(clock.now());
      return lease(clock.now());
    },
  });
  await clock.advance(130_000);
  assert.deepEqual(renewals, [40_000, 80_000, 120_000]);
  assert.equal(table.size, 1);
  stop.abort();
  await running;
});

test("a final refusal ends the renewals, and the end is reported once", async () => {
  const clock = new ManualClock(0);
  const table = new LeaseTable(clock, () => 0);
  const stop = new AbortController();
  const told: string[] = [];
  const running = table.run(stop.signal);
  table.track("vault", lease(0), {
    renew: async () => ({ error: "denied", message: "no" }),
    onFailed: () => told.push(`failed at ${clock.now()}`),
    onExpired: () => told.push(`expired at ${clock.now()}`),
  });
  await clock.advance(200_000);
  assert.deepEqual(told, ["failed at 40000", "expired at 60000"]);
  assert.equal(table.size, 0);
  stop.abort();
  await running;
  await settled();
});
