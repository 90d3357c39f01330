import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
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

test("the walk-through out of Git shows what is really printed, and its values are at the manager afterwards", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "kustody-example-"));
  try {
    const cwd = path.join(root, "externalize");
    cpSync("examples/externalize", cwd, { recursive: true });
    rmSync(path.join(cwd, "README.md"));
    commitAsShown(cwd);
    const command = `externalize deploy --store ClusterSecretStore/local --store-file store.yaml --local-store ../secrets.kst`;
    const pages = [
      ["examples/externalize/README.md", `${command} --no-history`],
      ["docs/practices/1-git.md", `${command} --apply`],
    ] as const;
    for (const [page, line] of pages) {
      const { stdout, stderr, code } = await runKustody(line.split(" "), { cwd });
      assert.equal(code, 0, stderr);
      assert.equal(shown(page, `kustody ${line}`), stdout);
    }
    assert.match(readFileSync(path.join(cwd, "deploy/db.yaml"), "utf8"), /kind: ExternalSecret/);
    const again = await runKustody(command.split(" "), { cwd });
    assert.match(again.stdout, /There is nothing to move/);
  } finally {
    rmSync(root, { recursive: true });
  }
});

/** One commit, pushed; with the same id everywhere. */
function commitAsShown(folder: string): void {
  const who = { NAME: "Jane", EMAIL: "jane@example.com", DATE: "2026-01-02T03:04:05Z" };
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    ...Object.fromEntries(
      Object.entries(who).flatMap(([name, value]) => [
        [`GIT_AUTHOR_${name}`, value],
        [`GIT_COMMITTER_${name}`, value],
      ]),
    ),
  };
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: folder, env });
  git("init", "--quiet", "--initial-branch=main", ".");
  git("add", "deploy");
  git("commit", "--quiet", "--message", "The shop's database");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
}

test("the quick start's good half has no finding, and its bad half has some of each practice that files can tell", async () => {
  const good = await runKustody(["check", "examples/quickstart/good", "--fail-on", "info"]);
  assert.equal(good.code, 0, good.stdout);
  const bad = await runKustody(["check", "examples/quickstart/bad", "--output", "json"]);
  const { practices } = JSON.parse(bad.stdout) as { practices: { practice: string; state: string }[] };
  const failed = practices.filter(({ state }) => state === "failed").map(({ practice }) => practice);
  assert.deepEqual(failed, ["git", "access", "mounts", "isolation"]);
});
