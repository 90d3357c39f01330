import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const BIN = new URL("../../../../bin/kustody", import.meta.url).pathname;
let folder = "";
const children: ChildProcess[] = [];

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-up-"));
});
after(async () => {
  for (const child of children) child.kill("SIGTERM");
  await once(start(["down", "--data-dir", folder]).child, "close");
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[]) {
  const child = spawn(BIN, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const run = { child, output: "", ended: once(child, "close") };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      run.output += text;
    });
  }
  return run;
}

/** Processes whose arguments name our data folder: servers and the operator, whoever started them. */
function servers(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .map(argumentsOf)
    .filter((text) => text.includes(`${folder}/`));
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

test("up stays until Ctrl-C, and then ends all that it started", async () => {
  const up = start(["up", "--data-dir", folder]);
  const began = Date.now();
  while (!up.output.includes("Ctrl-C ends it") && up.child.exitCode === null && Date.now() - began < 600_000)
    await sleep(50);
  assert.match(up.output, /Ctrl-C ends it/);
  assert.match(
    up.output,
    /^([1-9]\d*) of \1 Secrets in etcd are encrypted \(kms v2 kustody, key id local\.[0-9a-f]{32}\)\.$/m,
  );
  await sleep(3000);
  assert.equal(up.child.exitCode, null, `it ended by itself: ${up.output.slice(-500)}`);
  assert.ok(servers().length >= 5, "etcd, API server, controller manager, KMS plugin and operator run");
  up.child.kill("SIGINT");
  const [code] = (await up.ended) as [number | null];
  assert.equal(code, 0, up.output.slice(-500));
  assert.deepEqual(servers(), []);
});

test("up --detach returns and leaves it running with the same data; down ends it", async () => {
  const up = start(["up", "--detach", "--data-dir", folder]);
  assert.deepEqual((await up.ended)[0], 0, up.output.slice(-500));
  assert.match(up.output, /^([1-9]\d*) of \1 Secrets in etcd are encrypted/m);
  assert.ok(servers().length >= 5);
  const down = start(["down", "--data-dir", folder]);
  assert.equal((await down.ended)[0], 0, down.output);
  assert.deepEqual(servers(), []);
  const again = start(["down", "--data-dir", folder]);
  assert.equal((await again.ended)[0], 2);
  assert.match(again.output, /KST_LAB_NOT_RUNNING/);
});
