import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { test } from "node:test";
import { GitRepository } from "../../../lab/git-repository.ts";
import { run } from "../run.ts";
import { parseLogOptions } from "./git-log-options.ts";

const TOKEN = "mtk_a1B2c3D4e5F6g7H8i9J0";
const RULES = `[[rules]]\nid = "made-token"\ndescription = "made"\nregex = '\\bmtk_[A-Za-z0-9]{20}\\b'\nkeywords = ["mtk_"]\n`;

async function scan(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: "", err: "" };
  const into = (name: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const code = await run(["scan", ...args], {
    stdin: Readable.from([]),
    stdout: into("out"),
    stderr: into("err"),
    stdoutIsTty: false,
    stderrIsTty: false,
  });
  return { code, ...texts };
}

test("a report has gitleaks' fields of the commit, and no value; ignore files and baselines take it out", async () => {
  using repository = new GitRepository();
  repository.commit({ ".gitleaks.toml": RULES, "a.txt": "a\n" });
  const commit = repository.commit({ "a.txt": `a\nt = ${TOKEN}\n` }, "Bring it in");
  repository.commit({ "a.txt": "a\n" });
  const report = join(repository.folder, ".git", "report.json");
  const { code, out, err } = await scan("git", repository.folder, "-f", "json", "-r", report);
  assert.equal(code, 1);
  assert.match(
    out,
    new RegExp(`a\\.txt:2: made-token.*\\n {4}commit ${commit.slice(0, 12)}, .*; no longer at HEAD\\n`),
  );
  assert.match(err, /^3 commits, 3 versions of files, .*leaks found: 1$/m);
  const text = readFileSync(report, "utf8");
  assert.ok(![out, err, text].some((one) => one.includes(TOKEN)));
  const [leak] = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[];
  assert.deepEqual(
    [leak?.["Commit"], leak?.["Author"], leak?.["Email"], leak?.["Message"], leak?.["AtHead"], leak?.["Fingerprint"]],
    [commit, "Ada", "ada@example.com", "Bring it in", false, `${commit}:a.txt:made-token:2`],
  );
  assert.equal((await scan("git", repository.folder, "-b", report)).code, 0);
  writeFileSync(join(repository.folder, ".gitleaksignore"), `${commit}:a.txt:made-token:2\n`);
  assert.equal((await scan("git", repository.folder)).code, 0);
});

test("options choose commits, and --staged is what is staged", async () => {
  using repository = new GitRepository();
  const first = repository.commit({ ".gitleaks.toml": RULES, "a.txt": `t = ${TOKEN}\n` });
  repository.commit({ "b.txt": "b\n" });
  assert.equal((await scan("git", repository.folder, `--log-opts=${first}..`)).code, 0);
  assert.equal(
    (await scan("git", repository.folder, "--log-opts", "--all --no-merges", "--platform", "github")).code,
    1,
  );
  assert.equal((await scan("git", repository.folder, "--log-opts=no-such-branch")).code, 2);
  assert.equal((await scan("git", repository.folder, "--staged")).code, 0);
  repository.write("c.txt", `u = ${TOKEN}\n`);
  repository.git("add", "c.txt");
  assert.equal((await scan("git", repository.folder, "--pre-commit", "--staged")).code, 1);
});

test("options that write files, run programs or print otherwise are refused", () => {
  for (const text of [
    "--output=x",
    "--ext-diff",
    "--textconv",
    "--show-signature",
    "--format=%G?",
    "-O x",
    "--stdin",
    "-S x",
  ])
    assert.throws(() => parseLogOptions(text), { code: "KST_USAGE" }, text);
  assert.deepEqual(parseLogOptions(`-p --reverse --since="2 weeks ago" -n 5 main..x -- 'a b' c`), {
    options: ["--since=2 weeks ago", "-n", "5", "main..x"],
    paths: ["a b", "c"],
  });
});

test("programs that a repository's configuration names are not run", async () => {
  using repository = new GitRepository();
  repository.commit({
    ".gitleaks.toml": RULES,
    "a.txt": `t = ${TOKEN}\n`,
    ".gitattributes": "* diff=evil filter=evil\n",
  });
  const mark = join(repository.folder, ".git", "ran");
  const program = join(repository.folder, ".git", "evil.sh");
  writeFileSync(program, `#!/bin/sh\necho "$0" >> '${mark}'\ncat\n`);
  chmodSync(program, 0o755);
  for (const name of [
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "core.editor",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.process",
    "gpg.program",
    "pager.rev-list",
    "pager.diff-tree",
    "remote.origin.uploadpack",
    "uploadpack.packObjectsHook",
  ])
    repository.git("config", name, program);
  repository.git("config", "log.showSignature", "true");
  repository.git("config", "remote.origin.url", repository.folder);
  repository.git("config", "remote.origin.promisor", "true");
  repository.git("config", "extensions.partialClone", "origin");
  const { code, err } = await scan("git", repository.folder);
  assert.equal(code, 1, err);
  assert.ok(!existsSync(mark), existsSync(mark) ? readFileSync(mark, "utf8") : "");
});
