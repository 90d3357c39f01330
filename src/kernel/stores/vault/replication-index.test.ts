import assert from "node:assert/strict";
import { test } from "node:test";
import { laterIndex } from "./replication-index.ts";

const index = (cluster: string, local: number, replicated: number): string =>
  Buffer.from(`v1:${cluster}:${local}:${replicated}:00ff`).toString("base64");

test("an index is replaced by one that is newer in any part, and by what cannot be compared", () => {
  const known = index("a", 5, 7);
  assert.equal(laterIndex(undefined, known), known);
  for (const older of [index("a", 5, 7), index("a", 4, 7), index("a", 5, 6), index("a", 0, 0)]) {
    assert.equal(laterIndex(known, older), known);
  }
  for (const newer of [index("a", 6, 7), index("a", 5, 8), index("a", 9, 1), index("b", 1, 1), "nonsense", ""]) {
    assert.equal(laterIndex(known, newer), newer);
  }
});
