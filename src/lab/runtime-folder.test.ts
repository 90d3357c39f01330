import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isThrowAwayFolder, makeThrowAwayFolder, openRuntimeFolder } from "./runtime-folder.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("the runtime folder is for its user alone", async () => {
  const runtime = join(folder, "fresh");
  assert.equal(openRuntimeFolder(runtime), runtime);
  for (const part of ["", "runs", "data"]) assert.equal((await stat(join(runtime, part))).mode & 0o777, 0o700);
});

test("a folder that others may write to, or a link to one, is refused", async () => {
  const open = join(folder, "open");
  await mkdir(open);
  await chmod(open, 0o777);
  assert.throws(() => openRuntimeFolder(open), { code: "KST_LAB_UNSAFE_FOLDER" });
  const elsewhere = join(folder, "elsewhere");
  await mkdir(elsewhere, { mode: 0o700 });
  const link = join(folder, "link");
  await symlink(elsewhere, link);
  assert.throws(() => openRuntimeFolder(link), { code: "KST_LAB_UNSAFE_FOLDER" });
});

test("only what was made to be thrown away is", async () => {
  const runtime = join(folder, "throwing");
  assert.equal(isThrowAwayFolder(runtime, await makeThrowAwayFolder(runtime, "plane")), true);
  for (const other of [runtime, join(runtime, "data"), join(runtime, "data", "..", "runs"), "/", `${runtime}-data/x`]) {
    assert.equal(isThrowAwayFolder(runtime, other), false, other);
  }
});
