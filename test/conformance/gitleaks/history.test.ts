import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { GitRepository } from "../../../src/lab/git-repository.ts";
import { ensureBinaries, moduleFolder } from "../../../src/lab/index.ts";
import { readConfigFile } from "../../../src/practices/git/scan/config/config-file.ts";
import { compareHistory } from "./compare-history.ts";
import { HISTORY_DIFFERENCES } from "./history-differences.ts";
import { sampleFile } from "./samples.ts";
import { type Random, randomFrom } from "./text-for-pattern.ts";

const MODULE = "github.com/zricethezav/gitleaks/v8";
const COMMITS = 60;

let binary = "";
let config = "";
let scratch = "";
before(async () => {
  binary = (await ensureBinaries(["gitleaks"])).get("gitleaks") ?? "";
  scratch = await mkdtemp(join(tmpdir(), "kustody-gitleaks-"));
  config = join(scratch, "rules.toml");
  await writeFile(config, await readFile(join(await moduleFolder("gitleaks", MODULE), "config", "gitleaks.toml")));
});
after(() => rm(scratch, { recursive: true, force: true }));

/** gitleaks' own sources, full of what looks like secrets, and made samples, edited again and again. */
async function makeHistory(repository: GitRepository): Promise<void> {
  const random = randomFrom(42);
  const folder = await moduleFolder("gitleaks", MODULE);
  const files = new Map<string, string[]>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // Its list of what is to be ignored would be read by it, at the top of the repository.
    if (!entry.isFile() || entry.name === ".gitleaksignore" || statSync(path).size > 300_000) continue;
    const bytes = readFileSync(path);
    if (!bytes.includes(0)) files.set(relative(folder, path), bytes.toString("latin1").split("\n"));
  }
  const { rules } = readConfigFile(await readFile(config, "utf8"), config);
  for (const [number, { id, regex }] of rules.entries()) {
    const bytes = regex === "" ? Buffer.alloc(0) : sampleFile(regex, randomFrom(number));
    if (bytes.length > 0 && bytes.length < 20_000) files.set(`samples/${id}.txt`, bytes.toString("latin1").split("\n"));
  }
  repository.commit(Object.fromEntries([...files].map(([path, lines]) => [path, bytesOf(lines)])));
  const paths = [...files.keys()];
  for (let commit = 0; commit < COMMITS; commit++) {
    const changed = new Set(Array.from({ length: 1 + random(12) }, () => paths[random(paths.length)] ?? ""));
    for (const path of changed) edit(files.get(path) ?? [], files.get(paths[random(paths.length)] ?? "") ?? [], random);
    repository.commit(Object.fromEntries([...changed].map((path) => [path, bytesOf(files.get(path) ?? [])])));
  }
  repository.git("checkout", "-q", "-b", "side", "HEAD~5");
  repository.commit({ "side.txt": "aws = AKIAQ5BX2K3L7M4N6P2R\n" });
  repository.git("checkout", "-q", "main");
  repository.git("merge", "-q", "--no-commit", "side");
  repository.commit({ "merged.txt": "aws = AKIAZ3TR7W5Y2B6D4F7H\n" }, "Merge");
  repository.git("repack", "-adfq");
}

function edit(lines: string[], other: readonly string[], random: Random): void {
  const from = random(Math.max(other.length, 1));
  lines.splice(random(lines.length + 1), random(4), ...other.slice(from, from + 1 + random(10)));
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join("\n"), "latin1");
}

test("finds in a history every value that gitleaks finds, in the same file by the same rule; what differs is explained", async () => {
  using repository = new GitRepository();
  await makeHistory(repository);
  const { same, sameFingerprint, onlyTheirs, onlyOurs } = await compareHistory(
    binary,
    config,
    repository.folder,
    scratch,
  );
  assert.ok(same > 500, `only ${same} values were compared`);
  assert.ok(sameFingerprint > same * 0.9, `only ${sameFingerprint} of ${same} have a fingerprint of gitleaks`);
  assert.ok(
    onlyTheirs.length + onlyOurs.length <= same / 100,
    `${onlyTheirs.length} + ${onlyOurs.length} differ of ${same}`,
  );
  const counts = new Map(HISTORY_DIFFERENCES.map((difference) => [difference, 0]));
  for (const [by, list] of [["gitleaks", onlyTheirs] as const, ["kustody", onlyOurs] as const]) {
    for (const found of list) {
      const why = HISTORY_DIFFERENCES.find((difference) => difference.by === by && difference.isOne(found));
      assert.ok(why !== undefined, `${by}: ${JSON.stringify(found)}`);
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
  }
  for (const [{ why, count }, seen] of counts) assert.equal(seen, count, why);
});
