import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "./cache-lock.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("one works at a time, and an error lets the next one in", async () => {
  const file = join(folder, "lock");
  let inside = 0;
  let most = 0;
  const work = async (fails: boolean) => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside--;
    if (fails) throw new Error("failed");
  };
  const all = [true, false, true, false].map((fails) =>
    withLock(file, { onWait: () => undefined }, () => work(fails)).then(
      () => "done",
      () => "failed",
    ),
  );
  assert.deepEqual(await Promise.all(all), ["failed", "done", "failed", "done"]);
  assert.equal(most, 1);
  assert.deepEqual(await readdir(folder), []);
});

test("a lock whose holder is gone is taken over", async () => {
  const file = join(folder, "lock");
  await writeFile(file, `${process.pid} 1`); // our id, but of a process that started at boot
  assert.equal(await withLock(file, { onWait: () => undefined }, async () => "mine"), "mine");
});

test("an abort ends the wait", async () => {
  const file = join(folder, "lock");
  const signal = AbortSignal.timeout(50);
  await withLock(file, { onWait: () => undefined }, async () => {
    await assert.rejects(withLock(file, { onWait: () => undefined, signal }, async () => "never"));
  });
});
