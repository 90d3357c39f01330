import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { asList, asRecord, asText } from "../src/kernel/untyped.ts";
import { parseYaml } from "../src/kernel/yaml/parse-yaml.ts";

const BAD = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: Zq7-82hd-91kf\n";
const GOOD = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: changeme\n";

/** The environment without what a hook of this repository's own may have set. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") && !name.startsWith("NODE_")),
);
const path = `${resolve("bin")}${delimiter}${env["PATH"] ?? ""}`;
let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-hooks-"));
});
after(() => rmSync(folder, { recursive: true }));

function document(file: string): unknown {
  const reading = parseYaml(readFileSync(file, "utf8"));
  assert.ok(reading.ok, file);
  return reading.value;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
}

function run(command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Ran {
  const ran = spawnSync(command, args, { cwd: folder, encoding: "utf8", env: { ...env, PATH: path, ...more } });
  return { code: ran.status, out: ran.stdout + ran.stderr };
}

const hooks = asList(document(".pre-commit-hooks.yaml")).map(asRecord);
const textOf = (hook: Readonly<Record<string, unknown>>, name: string): string => asText(hook[name]) ?? "";

test("the hooks of gitleaks that need no image have namesakes, so that one word changes", () => {
  const ids = hooks.map((hook) => textOf(hook, "id"));
  assert.deepEqual(ids, ["kustody", "kustody-system", "gitleaks", "gitleaks-system"]);
  for (const hook of hooks) assert.equal(hook["pass_filenames"], false);
});

for (const hook of hooks) {
  test(`the hook ${textOf(hook, "id")} stops a real commit, and lets a clean one through`, () => {
    rmSync(join(folder, ".git"), { recursive: true, force: true });
    execFileSync("git", ["init", "-q", folder], { env });
    // pre-commit runs what is a script from its clone of this repository.
    const entry = textOf(hook, "entry");
    const command = textOf(hook, "language") === "script" ? `${resolve(".")}/${entry}` : entry;
    const file = join(folder, ".git/hooks/pre-commit");
    writeFileSync(file, `#!/bin/sh\nexec ${command}\n`);
    chmodSync(file, 0o755);
    const commit = (text: string): Ran => {
      writeFileSync(join(folder, "s.yaml"), text);
      assert.equal(run("git", ["add", "s.yaml"]).code, 0);
      return run("git", ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]);
    };
    const stopped = commit(BAD);
    assert.match(stopped.out, /s\.yaml:5: kubernetes-secret-yaml/);
    assert.notEqual(stopped.code, 0);
    assert.notEqual(run("git", ["rev-parse", "-q", "--verify", "HEAD"]).code, 0, "nothing was committed");
    assert.deepEqual(commit(GOOD).code, 0);
    assert.equal(run("git", ["rev-parse", "-q", "--verify", "HEAD"]).code, 0);
  });
}

test("the GitHub Action's scan writes SARIF, tells whether there are leaks, and hands flags over as they are", () => {
  const steps = asList(asRecord(asRecord(document("action.yml"))["runs"])["steps"]).map(asRecord);
  const script = (name: string): string => textOf(steps.find((step) => step["name"] === name) ?? {}, "run");
  const scan = (text: string, args: string): Ran & { readonly output: string } => {
    writeFileSync(join(folder, "s.yaml"), text);
    writeFileSync(join(folder, "output"), "");
    const variables = {
      SCAN_PATH: "s.yaml",
      SCAN_ARGS: args,
      SCAN_REPORT: "leaks.sarif",
      GITHUB_ACTION_PATH: resolve("."),
      GITHUB_OUTPUT: join(folder, "output"),
    };
    const ran = run("bash", ["-e", "-o", "pipefail", "-c", script("Scan")], variables);
    return { ...ran, output: readFileSync(join(folder, "output"), "utf8") };
  };
  const bad = scan(BAD, "--max-decode-depth\n3\n");
  assert.deepEqual([bad.code, bad.output], [0, "leaks=true\n"], bad.out);
  assert.match(readFileSync(join(folder, "leaks.sarif"), "utf8"), /"ruleId": "kubernetes-secret-yaml"/);
  const good = scan(GOOD, "");
  assert.deepEqual([good.code, good.output], [0, "leaks=false\n"], good.out);
  assert.equal(scan(GOOD, "$(touch injected)\n--no-such-flag").code, 2);
  assert.notEqual(run("test", ["-e", "injected"]).code, 0, "a flag is no code");
  assert.equal(run("bash", ["-e", "-c", script("Result")], { LEAKS: "true" }).code, 1);
  assert.equal(run("bash", ["-e", "-c", script("Result")], { LEAKS: "false" }).code, 0);
  for (const step of steps) assert.ok(!textOf(step, "run").includes("${{"), "inputs come as variables");
});

test("the GitLab job's script writes a JUnit report, and fails where there are leaks", () => {
  const job = asRecord(asRecord(document("deploy/ci/gitlab-scan.yml"))["kustody-scan"]);
  const [script] = asList(job["script"]);
  const scan = (text: string): number | null => {
    writeFileSync(join(folder, "s.yaml"), text);
    return run("bash", ["-e", "-c", String(script)], { KUSTODY_ARGS: "--no-banner -v" }).code;
  };
  assert.equal(scan(BAD), 1);
  assert.match(readFileSync(join(folder, "kustody.xml"), "utf8"), /failures="1"/);
  assert.equal(scan(GOOD), 0);
});
