import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatFieldPath, parseFieldPath } from "./field-path.ts";

test("a path is written as people write it", () => {
  assert.equal(formatFieldPath(["spec", "containers", 0, "env", 1]), "spec.containers[0].env[1]");
  assert.equal(formatFieldPath(["metadata", "annotations", "a.b/c"]), "metadata.annotations['a.b/c']");
  assert.equal(formatFieldPath(["it's"]), "['it\\'s']");
  assert.equal(formatFieldPath([]), "");
});

test("every path survives being written and read", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.nat())), (path) => {
      assert.deepEqual(parseFieldPath(formatFieldPath(path)), path);
    }),
  );
});

test("what cannot be read ends the path", () => {
  assert.deepEqual(parseFieldPath("spec.containers[x].env"), ["spec", "containers"]);
});
