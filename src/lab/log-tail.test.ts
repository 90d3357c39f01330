import assert from "node:assert/strict";
import { test } from "node:test";
import { logTail } from "./log-tail.ts";

test("the telling line is the complaint over flags, else the last error, else the last line", () => {
  const usage = "Error: unknown flag: --x\nUsage:\n  etcd [flags]\n  --log-level fatal\n";
  assert.equal(logTail.telling(usage), "Error: unknown flag: --x");
  assert.equal(logTail.telling("I0101 fine\nE0101 first\nE0102 second\nI0103 bye\n"), "E0102 second");
  assert.equal(logTail.telling("one\ntwo\n\n"), "two");
  assert.equal(logTail.telling(""), undefined);
  assert.equal(logTail.telling("x".repeat(1000))?.length, 300);
});

test("the size of a log that does not exist yet is zero", () => {
  assert.equal(logTail.size("/nonexistent/log"), 0);
});
