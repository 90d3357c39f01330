import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../kernel/errors.ts";
import { onFreePorts } from "./free-ports.ts";

const taken = () => new KustodyError("KST_LAB_PORT_TAKEN", "taken", { retry: "backoff" });

test("who loses the race for a port gets others, and the ports are distinct", async () => {
  const tried: (readonly number[])[] = [];
  const result = await onFreePorts(3, (ports) => {
    tried.push(ports);
    return tried.length < 3 ? Promise.reject(taken()) : Promise.resolve("started");
  });
  assert.equal(result, "started");
  assert.equal(tried.length, 3);
  for (const ports of tried) assert.equal(new Set(ports).size, 3);
});

test("another error is not tried again, and neither is bad luck for ever", async () => {
  let calls = 0;
  const failing = (error: Error) =>
    onFreePorts(1, async () => {
      calls++;
      throw error;
    });
  await assert.rejects(failing(new Error("other")), /other/);
  assert.equal(calls, 1);
  await assert.rejects(failing(taken()), { code: "KST_LAB_PORT_TAKEN" });
  assert.equal(calls, 6);
});
