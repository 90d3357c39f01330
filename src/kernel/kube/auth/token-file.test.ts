import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KustodyError } from "../../errors.ts";
import { ManualClock } from "../../stores/testing/manual-clock.ts";
import type { Credentials } from "./credentials.ts";
import { tokenFile } from "./token-file.ts";

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-token-"));
  path = join(folder, "token");
});
after(() => rm(folder, { recursive: true }));

const text = ({ token }: Credentials) => token?.unwrap().toString();

test("a renewed token is seen after a minute, and at once when the server refuses the old one", async () => {
  const clock = new ManualClock();
  await writeFile(path, " one\n");
  const source = tokenFile(path, clock);
  const first = await source.current();
  assert.equal(text(first), "one");
  await writeFile(path, "two");
  await clock.advance(59_999);
  assert.equal(text(await source.current()), "one");
  await clock.advance(1);
  assert.equal(text(await source.current()), "two");
  await writeFile(path, "three");
  assert.equal(await source.rejected(await source.current()), true);
  const third = await source.current();
  assert.equal(text(third), "three");
  assert.equal(await source.rejected(third), false);
});

test("a file that vanishes for a moment leaves the old token; without any it is an error", async () => {
  const clock = new ManualClock();
  await writeFile(path, "one");
  const source = tokenFile(path, clock);
  await source.current();
  await rm(path);
  await clock.advance(120_000);
  assert.equal(text(await source.current()), "one");
  const isConfig = (error: unknown) => error instanceof KustodyError && error.code === "KST_KUBE_CONFIG";
  await assert.rejects(tokenFile(path, clock).current(), isConfig);
  await writeFile(path, " \n");
  await assert.rejects(tokenFile(path, clock).current(), isConfig);
  await writeFile(path, "x".repeat(100_000));
  await assert.rejects(tokenFile(path, clock).current(), isConfig);
});
