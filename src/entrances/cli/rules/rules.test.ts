import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { after, before, test } from "node:test";
import { CATALOGUE } from "../../../practices/git/scan/catalogue/default-rules.ts";
import { expandSample } from "../../../practices/git/scan/catalogue/expand-sample.ts";
import { UNCOVERED } from "../../../practices/git/scan/catalogue/uncovered.ts";
import { run } from "../run.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-rules-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function rules(args: readonly string[], stdin = ""): Promise<Ran> {
  const texts = { out: "", err: "" };
  const into = (name: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const code = await run(["rules", ...args], {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: into("out"),
    stderr: into("err"),
    stdoutIsTty: false,
    stderrIsTty: false,
  });
  return { code, ...texts };
}

const GOOD =
  "title = 'a'\n[[rules]]\nid = 'ours'\ndescription = 'A token'\nregex = '''ours_([a-z]{8})'''\nkeywords = ['ours_']\n";
const PAT = expandSample("ghp_{30:A-Za-z0-9}{6:=crc32}");

test("list: all, those with a word, those of a configuration, as JSON", async () => {
  const all = await rules(["list"]);
  assert.equal(all.code, 0);
  assert.equal(all.out.trim().split("\n").length, CATALOGUE.length);
  const some = await rules(["list", "Vault", "--output", "json"]);
  const found = JSON.parse(some.out) as readonly { readonly id: string; readonly source: string }[];
  assert.ok(found.length > 3 && found.every(({ source }) => source.startsWith("https://")));
  const own = await rules(["list", "--config", file("good.toml", GOOD), "--output", "json"]);
  assert.deepEqual(
    (JSON.parse(own.out) as readonly object[]).map((rule) =>
      ["id", "source"].map((key) => Object.entries(rule).find(([name]) => name === key)?.[1]),
    ),
    [["ours", undefined]],
  );
  assert.equal((await rules(["list", "no such word"])).out, "");
});

test("show: what a rule finds, masked, where it is documented, and what to do", async () => {
  const { code, out } = await rules(["show", "age-secret-key"]);
  assert.equal(code, 0);
  for (const part of [
    /^age-secret-key: /,
    /documented +https:\/\//,
    /AGE-SECRET-KEY-1\*+\n/,
    /When it leaks:\n {2}1\. Change every value/,
  ])
    assert.match(out, part);
  const seen = (await rules(["show", "mistral-api-key"])).out;
  assert.match(seen, /\nformat +as seen; the vendor's page: https:\/\//);
  assert.doesNotMatch(seen, /\ndocumented /);
  assert.match((await rules(["show", "kubernetes-secret-yaml"])).out, /structure +kubernetes-secret/);
  assert.match((await rules(["show", "datadog-access-token", "-o", "json"])).out, /"advice": \[\n/);
});

test("show: a rule that there is not, with the one that was meant, or why gitleaks has one", async () => {
  const near = await rules(["show", "githb-pat"]);
  assert.equal(near.code, 2);
  assert.match(near.err, /KST_USAGE[\s\S]*did you mean github-pat\?/);
  assert.match((await rules(["show", [...UNCOVERED.keys()][0] ?? ""])).err, /left out on purpose/);
  assert.equal((await rules(["list", "--output", "xml"])).code, 2);
});

test("test: which rules match a text, and where, without its value", async () => {
  const path = file("a.yaml", `a: b\ntoken: ${PAT}\n`);
  const { code, out, err } = await rules(["test", path]);
  assert.equal(code, 0);
  assert.match(out, /^2:\d+ {2}github-pat\n$/);
  assert.ok(!out.includes(PAT) && !err.includes(PAT));
  assert.deepEqual(JSON.parse((await rules(["test", "-o", "json", "-"], `x ${PAT}\n`)).out), {
    problems: [],
    matches: [{ rule: "github-pat", line: 1, column: 3 }],
  });
});

test("test: why a rule finds nothing", async () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    ["github-pat", "nothing here\n", /none of its keywords/],
    ["github-pat", "ghp_short\n", /pattern matches nothing/],
    ["github-pat", `${PAT.slice(0, -1)}${PAT.endsWith("a") ? "b" : "a"}\n`, /no secret: .*checksum/],
    ["hashicorp-tf-password", 'password = "x"\n', /other files: see --as/],
  ];
  for (const [id, text, why] of table) {
    const { code, err } = await rules(["test", "--rule", id, "-"], text);
    assert.equal(code, 1);
    assert.match(err, why);
  }
  const text = `password = "${expandSample("{16:A-Za-z0-9}")}"\n`;
  assert.equal((await rules(["test", "--rule", "hashicorp-tf-password", "--as", "main.tf", "-"], text)).code, 0);
});

test("test: a configuration is sound, odd, or broken in more than one place", async () => {
  assert.deepEqual((await rules(["test", "--config", file("good.toml", GOOD)])).code, 0);
  const odd = await rules(["test", "--config", file("odd.toml", GOOD.replace("keywords", "tags"))]);
  assert.equal(odd.code, 0);
  assert.match(odd.out, /^warning: ours: it has no keywords/);
  const broken = file(
    "broken.toml",
    "[[rules]]\nid = 'a'\nregex = '''x(?=y)'''\n[[rules]]\nid = 'b'\nregex = '''['''\n",
  );
  const { code, out } = await rules(["test", "--config", broken]);
  assert.equal(code, 1);
  assert.match(out, /^error: a: a pattern cannot be used: .*\nerror: b: a pattern cannot be used: .*\n$/);
  assert.equal((await rules(["test", "--config", join(folder, "missing.toml")])).code, 2);
  assert.equal((await rules(["test", join(folder, "missing.yaml")])).code, 2);
});
