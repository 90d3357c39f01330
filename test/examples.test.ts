import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runKustody } from "./canary/run-kustody.ts";

/** What a page shows as printed by a command: the rest of the block in which the command stands. */
function shown(page: string, command: string): string | undefined {
  const text = readFileSync(page, "utf8");
  const start = text.indexOf(`$ ${command}\n`);
  return start < 0 ? undefined : text.slice(start + command.length + 3, text.indexOf("```", start));
}

const PAGES: [page: string, command: string, args: string[]][] = [
  ["README.md", "./bin/kustody check examples/seed", ["check", "examples/seed"]],
  ["examples/seed/README.md", "kustody check examples/seed", ["check", "examples/seed"]],
  ["examples/scan/README.md", "kustody scan dir examples/scan", ["scan", "dir", "examples/scan"]],
];

for (const [page, command, args] of PAGES) {
  test(`${page} shows what '${command}' really prints`, async () => {
    const { stdout, code } = await runKustody(args);
    assert.equal(code, 1);
    assert.equal(shown(page, command), stdout);
  });
}

test("the quick start's good half has no finding, and its bad half has some of each practice that files can tell", async () => {
  const good = await runKustody(["check", "examples/quickstart/good", "--fail-on", "info"]);
  assert.equal(good.code, 0, good.stdout);
  const bad = await runKustody(["check", "examples/quickstart/bad", "--output", "json"]);
  const { practices } = JSON.parse(bad.stdout) as { practices: { practice: string; state: string }[] };
  const failed = practices.filter(({ state }) => state === "failed").map(({ practice }) => practice);
  assert.deepEqual(failed, ["git", "access", "mounts", "isolation"]);
});
