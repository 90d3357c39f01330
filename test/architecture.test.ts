import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { importsOf, sourceFiles } from "./source-files.ts";
import { tableUnder } from "./tables.ts";

const tour = readFileSync("ARCHITECTURE.md", "utf8");
const files = sourceFiles("src");
const isTest = (file: string): boolean => file.endsWith(".test.ts") || file.includes("/testing/");

interface Row {
  readonly folder: string;
  readonly allowed: readonly string[];
}

const rows: Row[] = tableUnder(tour, "## What may import what").map(([folder = "", allowed = ""]) => ({
  folder: unquote(folder),
  allowed: [...allowed.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
}));

function unquote(cell: string): string {
  return cell.replaceAll("`", "");
}

/** `src/practices/*` stands for each practice by itself, so the folder that a file may freely import is its own. */
function homeOf(file: string, row: Row): string {
  if (!row.folder.endsWith("/*")) return row.folder;
  const depth = row.folder.split("/").length;
  return file.split("/").slice(0, depth).join("/");
}

function matches(file: string, folder: string): boolean {
  const prefix = folder.replace(/\/\*$/, "");
  return file === prefix || file.startsWith(`${prefix}/`);
}

function rowOf(file: string): Row | undefined {
  return rows.filter((row) => matches(file, row.folder)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

test("every source file has a row in the dependency table", () => {
  assert.ok(rows.length > 5, "the dependency table was not found in ARCHITECTURE.md");
  assert.deepEqual(
    files.filter((file) => rowOf(file) === undefined),
    [],
  );
});

test("imports point only where the dependency table allows", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const row = rowOf(file);
    if (row === undefined) continue;
    const allowed = [homeOf(file, row), ...row.allowed, ...(isTest(file) ? ["src/lab"] : [])];
    for (const target of importsOf(file).ours) {
      if (!allowed.some((folder) => matches(target, folder))) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("each third-party package is imported only in its adapter", () => {
  const adapters = new Map(
    tableUnder(tour, "## Third-party packages").map(([name = "", folder = ""]) => [unquote(name), unquote(folder)]),
  );
  const wrong: string[] = [];
  const used = new Set<string>();
  for (const file of files.filter((file) => !isTest(file))) {
    for (const name of importsOf(file).packages) {
      used.add(name);
      const folder = adapters.get(name);
      if (folder === undefined) wrong.push(`${file} imports ${name}, which is not in the table`);
      else if (folder !== "everywhere" && !matches(file, folder)) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    [...adapters.keys()].filter((name) => !used.has(name)),
    [],
    "in the table, but nobody imports it",
  );
});

test("Secret.unwrap is called only by the listed doors, and each listed door calls it", () => {
  const doors = tableUnder(tour, "## Doors").map(([file = ""]) => unquote(file));
  const callers = files.filter(
    (file) =>
      !isTest(file) && file !== "src/kernel/secret/secret.ts" && /\.unwrap\(\)/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(callers, doors.toSorted());
});

test("effects stay in the kernel, the entrances, the lab, observe.ts and apply.ts", () => {
  const effect =
    /\bprocess\.|Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|from "node:(fs|net|http|https|child_process|timers)/;
  const wrong = files.filter(
    (file) =>
      !isTest(file) &&
      /^src\/(practices|model)\//.test(file) &&
      !/\/(observe|apply)\.ts$/.test(file) &&
      effect.test(codeOf(file)),
  );
  assert.deepEqual(wrong, []);
});

/** The text without comments, which may well speak of a process. */
function codeOf(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
}

test("the environment is read only by the configuration and the lab", () => {
  const wrong = files.filter(
    (file) =>
      !isTest(file) && !/^src\/(kernel\/config|lab)\//.test(file) && /process\.env/.test(readFileSync(file, "utf8")),
  );
  assert.deepEqual(wrong, []);
});

test("files stay small: the median at most 90 lines, nine in ten at most 250", () => {
  const lengths = files
    .filter((file) => !isTest(file))
    .map((file) => readFileSync(file, "utf8").split("\n").length)
    .sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;
  assert.ok(at(0.5) <= 90, `median ${at(0.5)}`);
  assert.ok(at(0.9) <= 250, `90th percentile ${at(0.9)}`);
});
