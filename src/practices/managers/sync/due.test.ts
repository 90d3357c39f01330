import assert from "node:assert/strict";
import { test } from "node:test";
import { type DueFacts, dueOf, jittered, phaseOf, untilNextTurn } from "./due.ts";
import type { Wanted } from "./wanted.ts";

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
const synced: DueFacts = {
  refreshPolicy: undefined,
  refreshMillis: HOUR,
  syncedVersion: "1-a",
  currentVersion: "1-a",
  refreshedAt: NOW - HOUR / 4,
  targetIntact: true,
};

const CASES: [string, Partial<DueFacts>, ReturnType<typeof dueOf>][] = [
  ["waits for the rest of the interval", {}, { now: false, inMillis: (HOUR * 3) / 4 }],
  ["is due when the interval is over", { refreshedAt: NOW - HOUR }, { now: true, first: false }],
  ["is due first of all when it was never synced", { syncedVersion: undefined }, { now: true, first: true }],
  ["is due when its spec, labels or annotations changed", { currentVersion: "2-a" }, { now: true, first: false }],
  ["is due when the target is gone or was changed", { targetIntact: false }, { now: true, first: false }],
  ["is due when the last refresh lies in the future", { refreshedAt: NOW + 1 }, { now: true, first: false }],
  ["is due when no refresh is known", { refreshedAt: undefined }, { now: true, first: false }],
  [
    "with an interval of zero waits for nothing",
    { refreshMillis: 0, refreshedAt: 0 },
    { now: false, inMillis: undefined },
  ],
  [
    "with an interval of zero ignores even force-sync",
    { refreshMillis: 0, currentVersion: "1-b" },
    { now: false, inMillis: undefined },
  ],
  [
    "with an interval of zero repairs its target",
    { refreshMillis: 0, targetIntact: false },
    { now: true, first: false },
  ],
  [
    "CreatedOnce ignores changes",
    { refreshPolicy: "CreatedOnce", currentVersion: "2-a" },
    { now: false, inMillis: undefined },
  ],
  [
    "CreatedOnce repairs its target",
    { refreshPolicy: "CreatedOnce", targetIntact: false },
    { now: true, first: false },
  ],
  ["OnChange ignores the interval", { refreshPolicy: "OnChange", refreshedAt: 0 }, { now: false, inMillis: undefined }],
  [
    "OnChange follows changes, whatever the interval",
    { refreshPolicy: "OnChange", refreshMillis: 0, currentVersion: "2-a" },
    { now: true, first: false },
  ],
];

for (const [name, facts, expected] of CASES) {
  test(`an ExternalSecret ${name}`, () => {
    assert.deepEqual(dueOf({ ...synced, ...facts }, NOW), expected);
  });
}

test("objects of one key have the same turns, those of different keys others, and no turn is further away than the period", () => {
  const wants = (key: string): Wanted[] => [
    { where: "spec.data[0]", store: { kind: "SecretStore", name: "s" }, ref: { key }, remoteRef: { key } },
  ];
  const phases = Array.from({ length: 100 }, (_, n) => phaseOf(wants(`key-${n}`)));
  assert.ok(phases.every((phase) => phase >= 0 && phase < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const inIt = phases.filter((phase) => Math.floor(phase * 10) === tenth).length;
    assert.ok(inIt > 2 && inIt < 25, `${inIt} of 100 in one tenth`);
  }
  assert.equal(phaseOf(wants("a")), phaseOf(wants("a")));
  const turnAfter = (now: number, phase: number): number => now + untilNextTurn(HOUR, phase, now);
  for (const phase of phases) {
    const turn = turnAfter(NOW, phase);
    assert.ok(turn > NOW && turn <= NOW + HOUR);
    assert.ok(Math.abs(turnAfter(turn - 1_000, phase) - turn) < 1);
    assert.ok(Math.abs(turnAfter(turn + 1_000, phase) - (turn + HOUR)) < 1);
  }
});

test("appointments spread over the last tenth of the interval", () => {
  assert.equal(jittered(HOUR, 0), HOUR);
  assert.equal(jittered(HOUR, 1), HOUR * 0.9);
  assert.equal(jittered(0, 0.5), 1);
});
