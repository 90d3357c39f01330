import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { moduleFolder } from "../../../src/lab/index.ts";
import { CATALOGUE } from "../../../src/practices/git/scan/catalogue/default-rules.ts";
import { UNCOVERED } from "../../../src/practices/git/scan/catalogue/uncovered.ts";
import { readConfigFile } from "../../../src/practices/git/scan/config/config-file.ts";

let theirs: ReadonlySet<string> = new Set();
before(async () => {
  const folder = await moduleFolder("gitleaks", "github.com/zricethezav/gitleaks/v8");
  const file = join(folder, "config", "gitleaks.toml");
  theirs = new Set(readConfigFile(await readFile(file, "utf8"), file).rules.map(({ id }) => id));
});

test("every rule of gitleaks' default configuration has one of ours with its id, or a reason why not", () => {
  assert.ok(theirs.size > 200, String(theirs.size));
  const ours = new Set(CATALOGUE.map(({ id }) => id));
  assert.deepEqual(
    [...theirs].filter((id) => !ours.has(id) && !UNCOVERED.has(id)),
    [],
  );
});

test("what is left out is a rule of gitleaks, and none of ours", () => {
  const ours = new Set(CATALOGUE.map(({ id }) => id));
  assert.deepEqual(
    [...UNCOVERED.keys()].filter((id) => !theirs.has(id) || ours.has(id)),
    [],
  );
});
