import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseObject } from "../object/resources.ts";
import { defaultLeaseTimes, heldSpec, mayTake, microTime, observe } from "./lease-record.ts";

function lease(resourceVersion: string, spec: LeaseObject["spec"]): LeaseObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "l", resourceVersion },
    ...(spec ? { spec } : {}),
  };
}

test("a foreign lease may be taken only when we have watched it unchanged for its duration, whatever its clock says", () => {
  const wrongClock = { holderIdentity: "other", leaseDurationSeconds: 15, renewTime: "1999-01-01T00:00:00.000000Z" };
  const first = observe(undefined, lease("1", wrongClock), 1_000);
  assert.equal(mayTake(first, "me", 15_999), false);
  assert.equal(mayTake(first, "me", 16_000), true);
  const same = observe(first, lease("1", wrongClock), 9_000);
  assert.equal(same.seenAt, 1_000);
  const renewed = observe(first, lease("2", wrongClock), 9_000);
  assert.equal(mayTake(renewed, "me", 23_999), false);
});

test("a free, a released and our own lease may be taken at once", () => {
  for (const spec of [
    undefined,
    {},
    { holderIdentity: "", leaseDurationSeconds: 1 },
    { holderIdentity: "me", leaseDurationSeconds: 15 },
  ]) {
    assert.equal(mayTake(observe(undefined, lease("1", spec), 0), "me", 0), true);
  }
});

test("taking over counts a transition, renewing keeps the time of acquisition", () => {
  const other = { holderIdentity: "other", acquireTime: "a", leaseTransitions: 3 };
  const taken = heldSpec(other, "me", defaultLeaseTimes, 5);
  assert.deepEqual([taken.leaseTransitions, taken.acquireTime, taken.leaseDurationSeconds], [4, microTime(5), 15]);
  const renewed = heldSpec(taken, "me", defaultLeaseTimes, 9);
  assert.deepEqual([renewed.leaseTransitions, renewed.acquireTime, renewed.renewTime], [4, microTime(5), microTime(9)]);
  assert.equal(heldSpec(undefined, "me", defaultLeaseTimes, 5).leaseTransitions, 0);
  assert.equal(microTime(5), "1970-01-01T00:00:00.005000Z");
});
