import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExternalSecretStatus } from "../model/external-secret-spec.ts";
import { nextStatus, type StatusFacts } from "./next-status.ts";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const HOUR = 3_600_000;
const facts: StatusFacts = { outcome: { kind: "synced" }, version: "1-a", binding: "db", heartbeatMillis: HOUR };
const ready = { type: "Ready", status: "True", reason: "SecretSynced", message: "secret synced" };

const settled = (refreshTime: string): ExternalSecretStatus => ({
  refreshTime,
  syncedResourceVersion: "1-a",
  conditions: [{ ...ready, lastTransitionTime: "2026-11-24T08:00:00Z" }],
  binding: { name: "db" },
});

test("the first sync writes everything that upstream writes", () => {
  assert.deepEqual(nextStatus(undefined, facts, NOW), {
    refreshTime: "2026-11-24T10:00:00Z",
    syncedResourceVersion: "1-a",
    conditions: [{ ...ready, lastTransitionTime: "2026-11-24T10:00:00Z" }],
    binding: { name: "db" },
  });
});

test("a sync that changes nothing writes nothing until the heartbeat is due", () => {
  assert.equal(nextStatus(settled("2026-11-24T09:00:01Z"), facts, NOW), undefined);
  assert.equal(nextStatus(settled("2026-11-24T09:00:00Z"), facts, NOW)?.refreshTime, "2026-11-24T10:00:00Z");
});

test("a heartbeat of zero persists each refresh, as upstream does", () => {
  assert.notEqual(nextStatus(settled("2026-11-24T09:59:59Z"), { ...facts, heartbeatMillis: 0 }, NOW), undefined);
});

test("a failure keeps the last refresh and tells the true error", () => {
  const outcome = { kind: "failed", step: "read", cause: "vault: 403 permission denied" } as const;
  const next = nextStatus(settled("2026-11-24T09:59:00Z"), { ...facts, outcome }, NOW);
  assert.deepEqual(next, {
    conditions: [
      {
        type: "Ready",
        status: "False",
        reason: "SecretSyncedError",
        message: "could not get secret data from provider: vault: 403 permission denied",
        lastTransitionTime: "2026-11-24T10:00:00Z",
      },
    ],
  });
  const again = nextStatus({ ...settled("2026-11-24T09:59:00Z"), ...next }, { ...facts, outcome }, NOW + 5000);
  assert.equal(again, undefined, "the same failure again writes nothing");
});

test("a new message under the same status keeps the transition time", () => {
  const next = nextStatus(settled("2026-11-24T09:59:00Z"), { ...facts, outcome: { kind: "retained" } }, NOW);
  assert.equal(next?.conditions?.[0]?.lastTransitionTime, "2026-11-24T08:00:00Z");
});

test("conditions of others stay", () => {
  const other = { type: "Deleted", status: "False" };
  const next = nextStatus({ conditions: [other] }, facts, NOW);
  assert.deepEqual(next?.conditions?.[0], other);
});
