import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { onAbort } from "./on-abort.ts";

test("thousands of callbacks share one listener, each is called once, and nothing is left behind", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const calls: number[] = [];
  const stops = Array.from({ length: 1_000 }, (_, n) => onAbort(signal, () => calls.push(n)));
  assert.equal(getEventListeners(signal, "abort").length, 1);
  for (const stop of stops.slice(2)) stop();
  controller.abort();
  assert.deepEqual(calls, [0, 1]);
  for (const stop of stops) stop();

  const other = new AbortController();
  onAbort(other.signal, () => {})();
  assert.equal(getEventListeners(other.signal, "abort").length, 0);
  onAbort(other.signal, () => calls.push(7));
  other.abort();
  assert.deepEqual(calls, [0, 1, 7]);
});
