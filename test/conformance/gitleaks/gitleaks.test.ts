import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ensureBinaries, moduleFolder } from "../../../src/lab/index.ts";
import { readConfigFile } from "../../../src/practices/git/scan/config/config-file.ts";
import { type Comparison, compare, type Found } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import { sampleFile } from "./samples.ts";
import { randomFrom } from "./text-for-pattern.ts";

const MODULE = "github.com/zricethezav/gitleaks/v8";
/** Go modules whose sources are scanned as they are: gitleaks' own, full of what looks like secrets, and some that it needs. */
const TREES = [MODULE, "github.com/spf13/viper", "github.com/Masterminds/sprig/v3", "github.com/mholt/archives"];
const FILES_FOR_A_RULE = 6;

let binary = "";
let config = "";
let scratch = "";
before(async () => {
  binary = (await ensureBinaries(["gitleaks"])).get("gitleaks") ?? "";
  scratch = await mkdtemp(join(tmpdir(), "kustody-gitleaks-"));
  config = join(scratch, "rules.toml");
  // Its default, out of its own module: it is no part of ours.
  await writeFile(config, await readFile(join(await moduleFolder("gitleaks", MODULE), "config", "gitleaks.toml")));
});
after(() => rm(scratch, { recursive: true, force: true }));

const seen: Found[] = [];

function check({ same, different }: Comparison, atLeast: number): void {
  assert.ok(same >= atLeast, `only ${same} findings were compared`);
  assert.ok(different.length <= same / 100, `${different.length} of ${same} differ`);
  const unexplained = different.filter((found) => !DIFFERENCES.some(({ isOne }) => isOne(found)));
  assert.deepEqual(unexplained.slice(0, 10), []);
  seen.push(...different);
}

for (const tree of TREES) {
  test(`finds in the sources of ${tree} what gitleaks finds, with the same lines, columns, values and tags`, async () => {
    check(await compare(binary, config, await moduleFolder("gitleaks", tree), { scratch }), tree === MODULE ? 400 : 0);
  });
}

test("finds in texts made for every rule, plain and encoded, what gitleaks finds", async () => {
  const folder = await mkdtemp(join(scratch, "samples-"));
  const { rules } = readConfigFile(await readFile(config, "utf8"), config);
  for (const [number, rule] of rules.entries()) {
    if (rule.regex === "") continue;
    for (let index = 0; index < FILES_FOR_A_RULE; index++) {
      const random = randomFrom(number * 1_000 + index);
      await writeFile(join(folder, `${rule.id}-${index}.txt`), sampleFile(rule.regex, random));
    }
  }
  check(await compare(binary, config, folder, { scratch }), 1_500);
});

test("finds in archives, and in archives in them, what gitleaks finds, under the same paths", async () => {
  const folder = await mkdtemp(join(scratch, "archives-"));
  const inner = await mkdtemp(join(scratch, "inner-"));
  const { rules } = readConfigFile(await readFile(config, "utf8"), config);
  for (const [number, rule] of rules.entries()) {
    const sample = rule.regex === "" ? Buffer.alloc(0) : sampleFile(rule.regex, randomFrom(number));
    // gitleaks cuts what it decompresses where its reads happen to end, at 32 kB and less.
    if (sample.length < 16_000) await writeFile(join(inner, `${rule.id}.txt`), sample);
  }
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { cwd: inner });
  run("tar", "-cf", join(folder, "a.tar"), ".");
  run("tar", "-czf", join(folder, "b.tar.gz"), ".");
  run("tar", "--zstd", "-cf", join(folder, "c.tar.zst"), ".");
  run("zip", "-q", "-r", join(folder, "d.zip"), ".");
  run("zip", "-q", "-j", join(folder, "e.zip"), join(folder, "b.tar.gz"), join(folder, "d.zip"));
  run("sh", "-c", `cat *.txt | head -c 16000 | gzip > ${join(folder, "f.gz")}`);
  check(await compare(binary, config, folder, { scratch, archiveDepth: 2 }), 1_000);
});

test("every explained difference is there as often as it says", () => {
  for (const { why, isOne, count } of DIFFERENCES) assert.equal(seen.filter(isOne).length, count, why);
});
