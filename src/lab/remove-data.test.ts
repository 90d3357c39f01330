import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeData } from "./remove-data.ts";

test("only what the lab put there is removed, and the folder where nothing else is left", async () => {
  const root = mkdtempSync(join(tmpdir(), "kustody-remove-data-"));
  try {
    for (const folder of ["pki", "etcd/member", "src"]) mkdirSync(join(root, folder), { recursive: true });
    for (const file of ["kubeconfig", "local-store.key", "src/a.ts"]) writeFileSync(join(root, file), "x");
    await removeData(root, (name) => name.startsWith("local-store"));
    assert.deepEqual(readdirSync(root), ["src"]);
    rmSync(join(root, "src"), { recursive: true });
    await removeData(root);
    assert.ok(!existsSync(root));
    await removeData(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
