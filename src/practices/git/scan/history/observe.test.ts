import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { GitRepository } from "../../../../lab/git-repository.ts";
import { defaultRules } from "../catalogue/default-rules.ts";
import { readConfigFile } from "../config/config-file.ts";
import { rulesOfConfigs } from "../config/rules-of-config.ts";
import type { Leak } from "../leak.ts";
import type { RuleSet } from "../rule.ts";
import { Scanner } from "../scanner.ts";
import { type HistoryOptions, HistoryScan } from "./observe.ts";

const TOKENS = `[[rules]]
id = "made-token"
regex = '\\bmtk_[A-Za-z0-9]{20}\\b'
keywords = ["mtk_"]
[[rules]]
id = "named-key"
regex = '(?i)api_key[\\s"]{0,5}[=:][\\s"(]{0,5}([a-z0-9]{20})\\b'
keywords = ["api_key"]`;
const BLOCK = `[[rules]]
id = "block"
regex = '=== OPEN[\\s\\S]+?=== CLOSE'
keywords = ["=== open"]`;
const OWN = rulesOfConfigs([{ name: "rules.toml", file: readConfigFile(TOKENS, "rules.toml") }], undefined);
/** Made-up tokens, and of our catalogue what goes by structure or path. */
const RULES = {
  rules: [...OWN.rules, ...defaultRules().rules.filter(({ structure, path }) => structure ?? path)],
  allowlists: OWN.allowlists,
};
const DEFAULTS: HistoryOptions = {
  maxDecodeDepth: 5,
  allowComments: true,
  largest: 1024 * 1024,
  log: undefined,
  unreachable: false,
  onProblem: (what, reason) => assert.fail(`${what}: ${reason}`),
};

function token(letter: string): string {
  return `mtk_${letter}7x9Zk2Lm4Np8Rs1Tv3W`;
}

async function scan(
  folder: string,
  options: Partial<HistoryOptions> = {},
  rules: RuleSet = RULES,
): Promise<readonly Leak[]> {
  using history = new HistoryScan(folder, rules, { ...DEFAULTS, ...options });
  const scanner = new Scanner(rules, DEFAULTS);
  const leaks: Leak[] = [];
  for await (const batch of history.targets()) leaks.push(...history.accept(scanner.scan(batch)));
  return leaks;
}

function shown(leaks: readonly Leak[]): readonly string[] {
  return leaks.map(({ file, rule, commit, startLine }) => `${commit ?? ""}:${file}:${rule}:${startLine}`).toSorted();
}

test("a value that stands in many versions of a file is reported once, by the commit that brought it in", async () => {
  using repository = new GitRepository();
  const lines = (index: number): string => `${"line\n".repeat(index)}t = ${token("A")}\nend ${index}\n`;
  repository.commit({ "a.txt": "nothing\n" });
  const second = repository.commit({ "a.txt": lines(3) }, "Bring it in\n\nWith a reason.");
  for (let index = 4; index < 20; index++) repository.commit({ "a.txt": lines(index) });
  for (const repack of [false, true]) {
    if (repack) repository.git("repack", "-adfq", "--depth=50");
    const leaks = await scan(repository.folder);
    assert.deepEqual(shown(leaks), [`${second}:a.txt:made-token:4`]);
    assert.deepEqual(leaks[0]?.origin, {
      author: "Ada",
      email: "ada@example.com",
      date: "2023-11-14T22:15:20Z",
      message: "Bring it in\n\nWith a reason.",
      atHead: true,
    });
  }
});

test("a value that was taken out again is found, and no longer at HEAD; one that moved is at HEAD, and not brought twice", async () => {
  using repository = new GitRepository();
  const first = repository.commit({ "a.txt": `t = ${token("A")}\n`, "b.txt": `u = ${token("B")}\n` });
  repository.git("mv", "b.txt", "c.txt");
  repository.commit({ "a.txt": "clean\n" });
  const leaks = await scan(repository.folder);
  assert.deepEqual(shown(leaks), [`${first}:a.txt:made-token:1`, `${first}:b.txt:made-token:1`]);
  assert.deepEqual(leaks.map(({ file, origin }) => `${file} ${origin?.atHead}`).toSorted(), [
    "a.txt false",
    "b.txt true",
  ]);
});

test("what a merge commit itself brings in is found (gitleaks#1028), in an octopus too; what it takes over is its branch's", async () => {
  using repository = new GitRepository();
  repository.commit({ "a.txt": "start\n" });
  for (const branch of ["one", "two"]) {
    repository.git("checkout", "-q", "-b", branch, "main");
    repository.commit({ [`${branch}.txt`]: branch === "one" ? `t = ${token("A")}\n` : "x\n" });
  }
  const onOne = repository.git("rev-parse", "one");
  repository.git("checkout", "-q", "main");
  repository.commit({ "m.txt": "m\n" });
  repository.git("merge", "-q", "--no-commit", "one", "two");
  const merge = repository.commit({ "a.txt": `start\nu = ${token("B")}\n` }, "Merge");
  assert.equal(repository.git("rev-list", "--parents", "-1", merge).split(" ").length, 4);
  assert.deepEqual(
    shown(await scan(repository.folder)),
    [`${merge}:a.txt:made-token:2`, `${onOne}:one.txt:made-token:1`].toSorted(),
  );
});

test("a value that is added to a Secret which was there before is found (gitleaks#1647)", async () => {
  using repository = new GitRepository();
  const secret = (more: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: { name: db }\n${"# remark\n".repeat(80)}stringData:\n  host: db.example.com\n${more}`;
  repository.commit({ "db.yaml": secret("") });
  const added = repository.commit({ "db.yaml": secret("  pin: correct-horse-7\n") });
  const leaks = await scan(repository.folder);
  assert.ok(shown(leaks).includes(`${added}:db.yaml:kubernetes-secret-yaml:86`), shown(leaks).join("\n"));
});

test("lines that stood apart before and are joined by a deletion are looked at together", async () => {
  using repository = new GitRepository();
  const value = "q8Zr2Lw9Xt4Kp7Vn3Bm6";
  const filler = Array.from({ length: 40 }, (_, index) => `filler ${index}\n`).join("");
  repository.commit({ "a.py": `api_key = (\n${filler}"${value}"\n)\n` });
  const joined = repository.commit({ "a.py": `api_key = (\n"${value}"\n)\n` });
  repository.git("repack", "-adfq");
  const found = shown(await scan(repository.folder));
  const alone = new Scanner(RULES, DEFAULTS).scan([
    { origin: { path: "a.py" }, bytes: Buffer.from(`api_key = (\n"${value}"\n)\n`) },
  ]);
  assert.equal(alone.length, 1);
  assert.equal(found.length, 1);
  for (const leak of found) assert.ok(leak.startsWith(joined));
});

test("blobs that a partial clone lacks are counted, and the rest is scanned", async () => {
  using origin = new GitRepository();
  origin.git("config", "uploadpack.allowFilter", "true");
  origin.commit({ "a.txt": `old = ${token("A")}\n` });
  const second = origin.commit({ "b.txt": `t = ${token("B")}\n` });
  using clone = new GitRepository();
  rmSync(clone.folder, { recursive: true });
  origin.git("clone", "-q", "--filter=blob:none", "--no-checkout", `file://${origin.folder}`, clone.folder);
  clone.git("cat-file", "-p", "HEAD:b.txt");
  const problems: string[] = [];
  const leaks = await scan(clone.folder, { onProblem: (what, reason) => problems.push(`${what}: ${reason}`) });
  assert.deepEqual(shown(leaks), [`${second}:b.txt:made-token:1`]);
  assert.match(problems.join("\n"), /1 object .*missing/);
});

test("a damaged pack is told, and what can still be read is scanned", async () => {
  using repository = new GitRepository();
  const first = repository.commit({ "a.txt": `t = ${token("A")}\n` });
  const bad = repository.commit({ "b.txt": `u = ${token("B")}\n${"x y z\n".repeat(50)}` });
  const blob = repository.git("rev-parse", `${bad}:b.txt`);
  repository.git("repack", "-adfq");
  const [, , , , offset] =
    repository
      .git("verify-pack", "-v", ...packFiles(repository, ".idx"))
      .split("\n")
      .find((line) => line.startsWith(blob))
      ?.split(/ +/) ?? [];
  const [pack = ""] = packFiles(repository, ".pack");
  chmodSync(pack, 0o644);
  const bytes = readFileSync(pack);
  bytes.fill(0xee, Number(offset) + 6, Number(offset) + 12);
  writeFileSync(pack, bytes);
  const problems: string[] = [];
  const leaks = await scan(repository.folder, { onProblem: (what, reason) => problems.push(`${what}: ${reason}`) });
  assert.deepEqual(shown(leaks), [`${first}:a.txt:made-token:1`]);
  assert.deepEqual(problems, [`1 object (${blob.slice(0, 12)}): corrupt`]);
});

function packFiles(repository: GitRepository, ending: string): string[] {
  const folder = join(repository.folder, ".git", "objects", "pack");
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

test("a commit or tree that is missing is counted, and the others' changes are told", async () => {
  using repository = new GitRepository();
  const first = repository.commit({ "a.txt": `t = ${token("A")}\n` });
  const second = repository.commit({ "sub/b.txt": "b\n" });
  const third = repository.commit({ "c.txt": `u = ${token("C")}\n` });
  const tree = repository.git("rev-parse", `${second}:sub`);
  rmSync(join(repository.folder, ".git", "objects", tree.slice(0, 2), tree.slice(2)));
  const problems: string[] = [];
  const onProblem = (what: string): void => void problems.push(what);
  const found = shown(await scan(repository.folder, { onProblem }));
  assert.deepEqual(found, [`${first}:a.txt:made-token:1`, `${third}:c.txt:made-token:1`].toSorted());
  assert.deepEqual(problems, ["1 commit"]);
});

test("what no commit leads to is found where it is asked for", async () => {
  using repository = new GitRepository();
  repository.commit({ "a.txt": "a\n" });
  repository.write("gone.txt", `t = ${token("A")}\n`);
  const blob = repository.git("hash-object", "-w", "gone.txt");
  rmSync(join(repository.folder, "gone.txt"));
  assert.deepEqual(await scan(repository.folder), []);
  assert.deepEqual(shown(await scan(repository.folder, { unreachable: true })), [`:unreachable/${blob}:made-token:1`]);
});

test("options choose commits: a value counts for those that brought it in", async () => {
  using repository = new GitRepository();
  const first = repository.commit({ "a.txt": `t = ${token("A")}\n` });
  const second = repository.commit({ "a.txt": `t = ${token("A")}\nu = ${token("B")}\n`, "sub/c.txt": token("C") });
  const found = async (options: readonly string[], paths: readonly string[] = []): Promise<readonly string[]> =>
    shown(await scan(repository.folder, { log: { options, paths } }));
  assert.deepEqual(await found([`${first}..`]), [`${second}:a.txt:made-token:2`, `${second}:sub/c.txt:made-token:1`]);
  assert.deepEqual(await found([`${first}..main`], ["sub"]), [`${second}:sub/c.txt:made-token:1`]);
  assert.equal((await found([])).length, 3);
});

test("rules that ask for a path are asked with it, and so are allowlists", async () => {
  using repository = new GitRepository();
  const first = repository.commit({
    "keys/store.p12": Buffer.from([0, 1, 2]),
    ".pgpass": "db:5432:app:app:kR8vQ2mX7pLs\n",
  });
  const found = shown(await scan(repository.folder));
  assert.deepEqual(found, [`${first}:.pgpass:pgpass-password:1`, `${first}:keys/store.p12:pkcs12-file:0`]);
});

test("threads find what one finds, by rules that cannot be sent as they are, too", async () => {
  using repository = new GitRepository();
  for (let index = 0; index < 12; index++) {
    repository.commit({
      [`${index}.txt`]: `t = ${token(`${index}`.padStart(2, "z").slice(0, 1))}\n`,
      "all.txt": `${index}\n`,
    });
  }
  repository.commit({ "key.env": "GRAFANA_TOKEN = x\napi_key = q8Zr2Lw9Xt4Kp7Vn3Bm6\n" });
  repository.git("repack", "-adfq");
  repository.commit({ "loose.txt": `u = ${token("L")}\n` });
  const rules = { ...RULES, rules: [...RULES.rules, ...defaultRules().rules.filter(({ accepts }) => accepts)] };
  const [one, two] = [
    await scan(repository.folder, { threads: 1 }, rules),
    await scan(repository.folder, { threads: 2 }, rules),
  ];
  assert.ok(one.length >= 3);
  assert.deepEqual(shown(two), shown(one));
});

const piece = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("alpha", "  beta: 1", "", "gamma", "api_key =", `"q8Zr2Lw9Xt4Kp7Vn3Bm6"`, "api_key = ("),
  },
  { weight: 2, arbitrary: fc.constantFrom("A", "B", "C").map((letter) => `t = ${token(letter)}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("kind: Secret", "apiVersion: v1", "stringData:", "  pin: horse-7-battery", "---"),
  },
);

test("what is found in a history is what is found in its versions one by one, by the first commit that has it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 30 }), { minLength: 2, maxLength: 8 }), async (versions) => {
      using repository = new GitRepository();
      const expected = new Set<string>();
      const seen = new Set<string>();
      const scanner = new Scanner(RULES, DEFAULTS);
      const key = Secret.fromBytes(Buffer.alloc(32, 1));
      const nameOf = ({ rule, secret }: Leak): string => `${rule}:${secret.fingerprint(key).toString("hex")}`;
      for (const lines of versions) {
        const bytes = Buffer.from(`${lines.join("\n")}\n`);
        const commit = repository.commit({ "a.yaml": bytes });
        for (const leak of scanner.scan([{ origin: { path: "a.yaml" }, bytes }])) {
          const name = nameOf(leak);
          if (!seen.has(name)) expected.add(`${commit}:${name}`);
          seen.add(name);
        }
      }
      repository.git("repack", "-adfq", "--depth=50", "--window=50");
      const found = new Set((await scan(repository.folder)).map((leak) => `${leak.commit}:${nameOf(leak)}`));
      assert.deepEqual([...found].toSorted(), [...expected].toSorted());
    }),
    { numRuns: 12 },
  );
});

test("a value of many lines is found beside a letter whose small form is ASCII", async () => {
  const rules = rulesOfConfigs([{ name: "rules.toml", file: readConfigFile(BLOCK, "rules.toml") }], undefined);
  using repository = new GitRepository();
  const block = `=== OPEN\n${"x7x9Zk2Lm4Np8Rs1Tv3W\n".repeat(20)}=== CLOSE\n`;
  const commit = repository.commit({ "a.txt": `300 \u212a\n${block}` });
  assert.deepEqual(shown(await scan(repository.folder, {}, rules)), [`${commit}:a.txt:block:2`]);
});
