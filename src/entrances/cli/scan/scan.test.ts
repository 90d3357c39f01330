import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { after, before, beforeEach, test } from "node:test";
import { crc32Base62 } from "../../../practices/git/scan/catalogue/checksum.ts";
import { run } from "../run.ts";

const RANDOM = "Ab3dE6gH".repeat(4).slice(0, 30);
const PAT = `ghp_${RANDOM}${crc32Base62(RANDOM)}`;
let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-scan-"));
});
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  execFileSync("git", ["init", "-q", folder]);
  write("a.txt", `token: ${PAT}\n`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args]);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function scan(args: readonly string[], stdin: string | Buffer | Readable = ""): Promise<Ran> {
  const texts = { out: "", err: "" };
  const into = (name: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const code = await run(["scan", ...args], {
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout: into("out"),
    stderr: into("err"),
    stdoutIsTty: false,
    stderrIsTty: false,
  });
  return { code, ...texts };
}

test("a leak in a folder is told with its place, and is exit code 1 or the one that was asked for", async () => {
  const { code, out, err } = await scan(["dir", folder]);
  assert.equal(code, 1);
  assert.match(out, /a\.txt:1: github-pat: /);
  assert.match(err, /leaks found: 1/);
  assert.ok(!out.includes(PAT) && !err.includes(PAT));
  assert.equal((await scan(["dir", folder, "--exit-code", "7"])).code, 7);
  assert.equal((await scan(["file", join(folder, "a.txt")])).code, 1);
  write("a.txt", "nothing\n");
  assert.equal((await scan(["dir", folder])).code, 0);
});

test("standard input is scanned as a file without a name", async () => {
  assert.match((await scan(["stdin"], `x\ntoken: ${PAT}\n`)).out, /^<stdin>:2: github-pat/);
  assert.equal((await scan(["stdin"], "x\n")).code, 0);
});

test("reports go where they are sent, in the format that is named or that the file's name ends in", async () => {
  const report = join(folder, "leaks.json");
  assert.equal((await scan(["dir", folder, "--report-path", report])).code, 1);
  const [leak] = JSON.parse(readFileSync(report, "utf8")) as readonly Record<string, unknown>[];
  assert.equal(leak?.["RuleID"], "github-pat");
  assert.equal(leak?.["Secret"], "REDACTED");
  assert.match((await scan(["dir", folder, "-f", "sarif", "-r", "-"])).out, /"version": "2.1.0"/);
  assert.match((await scan(["dir", folder, "-f", "csv"])).out, /^RuleID,Commit/);
  assert.match((await scan(["dir", folder, "-r", join(folder, "none", "x.json")])).err, /KST_SCAN_REPORT/);
  assert.match((await scan(["dir", folder, "-f", "xml"])).err, /KST_SCAN_REPORT/);
});

test("a baseline, an ignore file and a comment each silence a leak", async () => {
  const baseline = join(folder, "baseline.json");
  await scan(["dir", folder, "-f", "json", "-r", baseline]);
  assert.equal((await scan(["dir", folder, "-b", baseline])).code, 0);
  write("a.txt", `moved down\n\ntoken: ${PAT}\n`);
  assert.equal((await scan(["dir", folder, "-b", baseline])).code, 0, "by our fingerprint");
  rmSync(baseline);
  write(".gitleaksignore", `${join(folder, "a.txt")}:github-pat:3\n`);
  assert.equal((await scan(["dir", folder])).code, 0);
  rmSync(join(folder, ".gitleaksignore"));
  write("a.txt", `token: ${PAT} # gitleaks:allow\n`);
  assert.equal((await scan(["dir", folder])).code, 0);
  assert.equal((await scan(["dir", folder, "--ignore-gitleaks-allow"])).code, 1);
});

test("rules come from the flag, else from the folder's .gitleaks.toml, else from our catalogue", async () => {
  write(".gitleaks.toml", "[[rules]]\nid = 'own'\nregex = 'token'\n");
  assert.match((await scan(["dir", folder])).out, /: own: /);
  assert.ok(!(await scan(["dir", folder])).out.includes(".gitleaks.toml"), "the configuration itself is not scanned");
  write("flag.toml", "[extend]\nuseDefault = true\ndisabledRules = ['jwt']\n[[rules]]\nid = 'flag'\nregex = 'token'\n");
  const extended = await scan(["dir", folder, "--config", join(folder, "flag.toml")]);
  assert.match(extended.out, /: flag: [^]*: github-pat: /);
  assert.match(
    (await scan(["dir", folder, "-c", join(folder, "flag.toml"), "--enable-rule", "flag"])).err,
    /leaks found: 1/,
  );
  assert.match(
    (await scan(["dir", folder, "-c", join(folder, "flag.toml"), "--enable-rule", "no"])).err,
    /KST_SCAN_CONFIG/,
  );
  write("flag.toml", "[extend]\nuseDefault = true\npath = 'x'\n");
  assert.match((await scan(["dir", folder, "--config", join(folder, "flag.toml")])).err, /KST_SCAN_CONFIG/);
});

test("of what is staged the added lines count, whatever git is configured to show", async () => {
  git("config", "diff.noprefix", "true");
  git("config", "color.ui", "always");
  git("config", "diff.external", "/bin/false");
  git("add", "a.txt");
  assert.match((await scan(["staged", folder])).out, /^a\.txt:1: github-pat/);
  git("commit", "-qm", "a");
  assert.equal((await scan(["staged", folder])).code, 0, "nothing is staged");
  write("a.txt", `token: ${PAT}\nanother line\n`);
  git("add", "a.txt");
  assert.equal((await scan(["staged", folder])).code, 0, "the token was there before");
});

test("a line added to a file that a kustomization makes a Secret of is told, the others are not", async () => {
  write("kustomization.yaml", "secretGenerator:\n- name: db\n  envs: [db.properties, ../outside.env]\n");
  write("db.properties", "USER=app\n");
  git("add", ".");
  git("commit", "-qm", "k");
  write("db.properties", "USER=app\nPIN=93817-x\n");
  git("add", ".");
  const { out } = await scan(["staged", folder]);
  assert.match(out, /^db\.properties:2: kustomization-credential: .*\(PIN\)/);
  assert.ok(!out.includes("USER"));
});

test("a value added to a Secret that was committed before is found by its field", async () => {
  write("s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  a: one of them\n");
  git("add", "s.yaml");
  git("commit", "-qm", "s");
  write(
    "s.yaml",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  a: one of them\n  b: the other\n",
  );
  git("add", "s.yaml");
  const { out } = await scan(["staged", folder]);
  assert.match(out, /^s\.yaml:6: kubernetes-secret-yaml: .*stringData\.b/);
  assert.ok(!out.includes("stringData.a"));
});

test("outside of a repository, and with a wrong number, it says so", async () => {
  rmSync(join(folder, ".git"), { recursive: true });
  assert.ok(!existsSync(join(tmpdir(), ".git")), "this test wants a folder in no repository");
  assert.match((await scan(["staged", folder])).err, /KST_SCAN_GIT/);
  assert.match((await scan(["dir", folder, "--max-decode-depth", "x"])).err, /KST_USAGE/);
  assert.match((await scan(["dir", join(folder, "none")])).err, /KST_INPUT_UNREADABLE/);
});

test("archives are opened to the depth that is asked for, from folders and from standard input", async () => {
  write("values.yaml", "auth:\n  password: Zq7-82hd-91kf\n");
  execFileSync("tar", ["-czf", "chart.tgz", "values.yaml", "a.txt"], { cwd: folder });
  execFileSync("zip", ["-q", "outer.zip", "chart.tgz"], { cwd: folder });
  const shut = await scan(["dir", join(folder, "outer.zip")]);
  assert.equal(shut.code, 0);
  const open = await scan(["dir", join(folder, "outer.zip"), "--max-archive-depth", "2"]);
  assert.match(open.out, /outer\.zip!chart\.tgz!values\.yaml:2: chart-values-credential: .*\(auth\.password\)/);
  assert.match(open.out, /outer\.zip!chart\.tgz!a\.txt:1: github-pat: /);
  const shallow = await scan(["dir", join(folder, "outer.zip"), "--max-archive-depth", "1"]);
  assert.match(shallow.err, /warning: .*outer\.zip!chart\.tgz was not scanned: archives are nested deeper than 1/);
  const piped = await scan(["stdin", "--max-archive-depth", "1"], readFileSync(join(folder, "chart.tgz")));
  assert.match(piped.out, /^!a\.txt:1: github-pat/m);
  assert.match((await scan(["dir", folder, "--max-archive-depth", "99"])).err, /KST_USAGE/);
});

test("gitleaks' older commands are handed on, with their flags", async () => {
  assert.match((await scan(["detect", "--no-git", "--source", folder, "-v", "--redact"])).out, /a\.txt:1: github-pat/);
  assert.equal((await scan(["detect", "--pipe", "--exit-code", "7"], `token: ${PAT}\n`)).code, 7);
  git("add", "a.txt");
  assert.match((await scan(["protect", "--staged", `--source=${folder}`])).out, /^a\.txt:1: github-pat/);
  git("commit", "-qm", "a");
  assert.match((await scan(["detect", "-s", folder, "--no-banner"])).out, /a\.txt:1: github-pat/);
  assert.equal((await scan(["detect", "--no-such-flag"])).code, 2);
  assert.ok(!(await scan(["--help"])).out.includes("protect"));
});

test("--show shows how a long value begins, and nothing of a short one", async () => {
  write("values.yaml", "auth:\n  password: Zq7-82hd\n");
  const { out } = await scan(["dir", folder, "--show"]);
  assert.match(out, /value: gh… \(40 characters\)/);
  assert.match(out, /value: a short value/);
  assert.ok(!out.includes("Zq") && !out.includes(PAT.slice(0, 3)));
  assert.ok(!(await scan(["dir", folder])).out.includes("value:"));
});

test("a scan that takes longer than it may ends, says so, and is no clean one", async () => {
  const { code, err } = await scan(["stdin", "--timeout", "1"], new PassThrough());
  assert.match(err, /warning: the scan stopped after 1 s \(--timeout\)/);
  assert.equal(code, 2);
  assert.equal((await scan(["dir", folder, "--timeout", "60"])).code, 1);
});

test("--log-level and gitleaks' flags without a meaning here are taken", async () => {
  assert.match((await scan(["dir", folder, "-l", "warn"])).err, /leaks found: 1/);
  assert.equal((await scan(["dir", folder, "--log-level", "error"])).err, "");
  assert.equal((await scan(["stdin", "-l", "warn"], "nothing\n")).err, "");
  assert.match((await scan(["dir", folder, "-l", "loud"])).err, /KST_USAGE/);
  const all = ["-v", "--redact=20", "--no-banner", "--no-color", "--diagnostics", "cpu", "--diagnostics-dir", folder];
  assert.match((await scan(["dir", folder, ...all])).err, /warning: --diagnostics .*nothing is recorded/);
});

test("a report is written by a template of the user's, which sees no value", async () => {
  const template = join(folder, "report.tmpl");
  writeFileSync(
    template,
    "{{ range . }}{{ .RuleID }} {{ .StartLine | add 1 }} {{ .Secret }} {{ .Match }} {{ .Line }}\n{{ end }}",
  );
  const { code, out } = await scan(["dir", folder, "--report-template", template]);
  assert.equal(code, 1);
  assert.equal(out, "github-pat 2 REDACTED REDACTED REDACTED\n");
  assert.match((await scan(["dir", folder, "-f", "template"])).err, /KST_SCAN_REPORT/);
  assert.match((await scan(["dir", folder, "-f", "json", "--report-template", template])).err, /KST_SCAN_REPORT/);
  assert.match((await scan(["dir", folder, "--report-template", join(folder, "none")])).err, /KST_SCAN_REPORT/);
});
