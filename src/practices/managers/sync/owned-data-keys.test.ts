import assert from "node:assert/strict";
import { test } from "node:test";
import { ownedDataKeys } from "./owned-data-keys.ts";

const ours = "externalsecrets.external-secrets.io/db";
const entry = (manager: string, fieldsV1: unknown) => ({ manager, operation: "Update", fieldsV1 });

test("the keys that our manager decides, and no others", () => {
  const fields = { "f:data": { ".": {}, "f:password": {}, "f:user.name": {} }, "f:metadata": { "f:labels": {} } };
  const keys = ownedDataKeys([entry(ours, fields), entry("kubectl", { "f:data": { "f:theirs": {} } })], ours);
  assert.deepEqual([...keys], ["password", "user.name"]);
});

test("whatever has another shape names no keys, so that nothing is removed that isn't surely ours", () => {
  assert.equal(ownedDataKeys(undefined, ours).size, 0);
  for (const fields of [undefined, null, "x", {}, { "f:data": null }, { "f:data": "x" }]) {
    assert.equal(ownedDataKeys([entry(ours, fields)], ours).size, 0);
  }
});
