import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const ROOT = path.join(import.meta.dirname, "../..");
const BIN = path.join(ROOT, "bin/kustody");
const SEED = path.join(ROOT, "examples/seed");

/** Runs a line of shell in the clone; `$0` is bin/kustody. */
function shell(line: string, env: Readonly<Record<string, string>> = {}): { code: number | null; output: string } {
  const ran = spawnSync("bash", ["-c", line, BIN, SEED], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { code: ran.status, output: `${ran.stdout}${ran.stderr}` };
}

test("it finds its clone through links, and where CDPATH is set", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kustody-launcher-"));
  try {
    symlinkSync(BIN, path.join(folder, "one"));
    symlinkSync("one", path.join(folder, "two"));
    assert.match(shell(`cd ${folder} && ./two --version`).output, /^\d+\.\d+\.\d+\n$/);
    assert.match(shell("bin/kustody --version", { CDPATH: `/usr:${ROOT}` }).output, /^\d+\.\d+\.\d+\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a reader that goes away changes nothing about the exit code", () => {
  assert.deepEqual(shell('set -o pipefail; "$0" check "$1" | true'), { code: 1, output: "" });
  assert.deepEqual(shell('set -o pipefail; "$0" check --no-such-flag 2>&1 | true'), { code: 2, output: "" });
});

test("output that cannot be written is an error, never a result", () => {
  const { code, output } = shell('"$0" check "$1" > /dev/full');
  assert.equal(code, 2);
  assert.match(output, /^error: cannot write to standard output: ENOSPC.*\(KST_OUTPUT\)\nhint: /);
});
