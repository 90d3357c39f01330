import assert from "node:assert/strict";
import { test } from "node:test";
import { runKustody } from "./canary/run-kustody.ts";

// examples/ is full of what is to be found.
for (const folder of ["src", "test", "docs", "deploy", "bench", "bin", ".ci"]) {
  test(`kustody scan finds nothing in ${folder}/ that is not known as a sample`, async () => {
    const { stdout, code } = await runKustody([
      "scan",
      "dir",
      folder,
      "--gitleaks-ignore-path",
      "test/own-tree.gitleaksignore",
    ]);
    assert.equal(stdout, "");
    assert.equal(code, 0);
  });
}

test("a value that gets in is told", async () => {
  const { code } = await runKustody(["scan", "dir", "examples/seed"]);
  assert.equal(code, 1);
});
