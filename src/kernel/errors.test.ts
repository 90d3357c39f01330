import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError, toKustodyError } from "./errors.ts";

test("an error keeps its code, hint, retry intent and cause", () => {
  const cause = new Error("ENOENT");
  const error = new KustodyError("KST_INPUT_UNREADABLE", "cannot read a.yaml", {
    hint: "check the path",
    retry: "backoff",
    cause,
  });
  assert.deepEqual(
    [error.code, error.message, error.hint, error.retry, error.cause],
    ["KST_INPUT_UNREADABLE", "cannot read a.yaml", "check the path", "backoff", cause],
  );
  assert.equal(toKustodyError(error), error);
});

test("whatever else is thrown becomes a defect that keeps its cause and is not tried again", () => {
  for (const thrown of [new TypeError("x is not a function"), "text", undefined]) {
    const error = toKustodyError(thrown);
    assert.deepEqual([error.code, error.retry], ["KST_INTERNAL", "never"]);
    assert.equal(error.cause, thrown);
  }
});
