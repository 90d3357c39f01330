import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import * as fc from "fast-check";
import { identify, isAlive, killLeaderlessGroup, parseStat, signalGroup } from "./process-identity.ts";

test("the start time is found behind whatever the command's name holds", () => {
  fc.assert(
    fc.property(fc.string(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (command, start) => {
      const numbers = Array.from({ length: 18 }, (_, index) => index).join(" ");
      const stat = `4242 (${command}) S ${numbers} ${start} 0 0 0`;
      assert.deepEqual(parseStat(stat), { state: "S", group: 1, startTime: String(start) });
    }),
  );
});

test("a line that is no stat gives nothing", () => {
  for (const line of ["", "1 (a", "1 (a) S 2 3", `1 (a) S ${"x ".repeat(30)}`])
    assert.equal(parseStat(line), undefined);
});

test("a process of another start time is neither alive nor signalled", async () => {
  const child = spawn("sleep", ["60"], { detached: true });
  try {
    const identity = identify(child.pid ?? 0);
    assert.ok(identity);
    const recycled = { pid: identity.pid, startTime: `${BigInt(identity.startTime) + 1n}` };
    assert.equal(isAlive(recycled), false);
    assert.equal(signalGroup(recycled, "SIGKILL"), false);
    killLeaderlessGroup(identity.pid);
    assert.equal(isAlive(identity), true);
    assert.equal(signalGroup(identity, "SIGKILL"), true);
    await once(child, "exit");
    assert.equal(isAlive(identity), false);
  } finally {
    child.kill("SIGKILL");
  }
});
