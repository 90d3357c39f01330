import assert from "node:assert/strict";
import { test } from "node:test";
import { ownedFields } from "./owned-fields.ts";

const ours = "externalsecrets.external-secrets.io/db";
const entry = (manager: string, fieldsV1: unknown) => ({ manager, operation: "Update", fieldsV1 });

test("the keys, labels and annotations that our manager decides, and no others", () => {
  const fields = {
    "f:data": { ".": {}, "f:password": {}, "f:user.name": {} },
    "f:metadata": { "f:labels": { ".": {}, "f:app.kubernetes.io/name": {} }, "f:annotations": { "f:team": {} } },
  };
  const theirs = { "f:data": { "f:theirs": {} }, "f:metadata": { "f:labels": { "f:theirs": {} } } };
  const own = ownedFields([entry(ours, fields), entry("kubectl", theirs)], ours);
  assert.deepEqual([...own.data], ["password", "user.name"]);
  assert.deepEqual([...own.labels], ["app.kubernetes.io/name"]);
  assert.deepEqual([...own.annotations], ["team"]);
});

test("whatever has another shape names nothing, so that nothing is removed that isn't surely ours", () => {
  const names = (own: ReturnType<typeof ownedFields>): number => own.data.size + own.labels.size + own.annotations.size;
  assert.equal(names(ownedFields(undefined, ours)), 0);
  const shapes = [undefined, null, "x", {}, { "f:data": null }, { "f:data": "x" }, { "f:metadata": null }];
  for (const fields of [...shapes, { "f:metadata": { "f:labels": "f:x", "f:annotations": null } }]) {
    assert.equal(names(ownedFields([entry(ours, fields)], ours)), 0, JSON.stringify(fields));
  }
});
