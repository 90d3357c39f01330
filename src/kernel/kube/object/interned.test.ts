import assert from "node:assert/strict";
import { test } from "node:test";
import { interned } from "./interned.ts";

test("equal texts come back equal, whether they are kept or not", () => {
  const long = "x".repeat(1_000);
  for (const text of ["Ready", "Ready", "", long, ...Array.from({ length: 10_000 }, (_, n) => `text ${n}`)]) {
    assert.equal(interned(text), text);
  }
  assert.equal(interned(undefined), undefined);
});
