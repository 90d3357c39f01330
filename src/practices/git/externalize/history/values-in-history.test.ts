import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { KustodyError } from "../../../../kernel/errors.ts";
import { planText } from "../plan-text.ts";
import { writeReplacements } from "./apply.ts";
import { type HeldValue, heldValues } from "./held-value.ts";
import { rotationOrder } from "./rotation-order.ts";
import { valuesInHistory } from "./values-in-history.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-history-"));
  git("init", "--quiet", "--initial-branch=main", ".");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  const settings = ["-c", "user.name=Jane", "-c", "user.email=jane@example.com", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", folder, ...settings, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function commit(message: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
  return git("rev-parse", "HEAD").trim();
}

const manifest = (data: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\n${data}\n`;

function values(text: string): readonly HeldValue[] {
  const { secrets } = planText(text, "db.yaml", {
    store: { kind: "ClusterSecretStore", name: "vault" },
    namespace: undefined,
    keyPattern: "{namespace}/{name}",
  });
  return heldValues(secrets);
}

const DB = manifest(`stringData:
  password: correct-horse-battery
  pin: "12"
  pem: |
    first line
    the longest line of the four
    third line`);

test("the commits are found that brought a value in, in whatever form and file, packed or loose, and whether they were pushed", async () => {
  const first = await commit("one", { "db.yaml": DB, "notes.md": "none here\n" });
  await commit("two", { "db.yaml": `${DB}# still there\n` });
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("gc", "--quiet");
  git("switch", "--quiet", "--create", "side");
  const encoded = Buffer.from("correct-horse-battery").toString("base64");
  const side = await commit("three", { "other.yaml": `password: ${encoded}\n`, "db.yaml": manifest("data: {}") });
  git("switch", "--quiet", "main");
  await commit("four", { "notes.md": "and here\n" });
  git("merge", "--quiet", "--no-edit", "side");
  const found = await valuesInHistory(folder, values(DB));
  assert.deepEqual(
    found.commits.map(({ id, paths, isPublished, values: own }) => [
      id,
      paths,
      isPublished,
      [...own].map(({ name }) => name),
    ]),
    [
      [side, ["other.yaml"], false, ["password"]],
      [first, ["db.yaml"], true, ["password", "pin", "pem"]],
    ],
  );
  assert.equal(found.commits[1]?.info?.author, "Jane");
  assert.equal(found.blobs.length, 3);
  assert.deepEqual([found.loose, found.unreadable], [0, 0]);
});

test("words, numbers and host names are looked for behind the entry's name alone", async () => {
  const plain = manifest("stringData: {user: shop, host: db.example.com, pin: '1234567890'}");
  const first = await commit("one", { "db.yaml": plain });
  await commit("two", { "a.yaml": "namespace: shop\nserver: db.example.com\nport: 1234567890\n" });
  const env = await commit("three", { ".env": "user=shop\n" });
  const { commits } = await valuesInHistory(folder, values(plain));
  assert.deepEqual(
    commits.map(({ id, values: own }) => [id, [...own].map(({ name }) => name)]),
    [
      [env, ["user"]],
      [first, ["user", "host", "pin"]],
    ],
  );
});

test("a value that a change makes of two pieces of the version before is found, and one that stays is not lost", async () => {
  const lines = Array.from(
    { length: 400 },
    (_, n) => `${(n * 7919).toString(36)} ${(n * n * 104729).toString(36)} line`,
  );
  const body = `${lines.join("\n")}\n`;
  const text = (value: string, end: string): string => `${body}x: ${value}\n${body}${end}`;
  await commit("apart", { "a.txt": text("correct-horse-and-much-more-battery", "") });
  const joined = await commit("together", { "a.txt": text("correct-horse-battery", "") });
  await commit("kept", { "a.txt": text("correct-horse-battery", "y: z\n") });
  await commit("gone", { "a.txt": text("none", "y: z\n") });
  const back = await commit("back", { "a.txt": text("none", "y: correct-horse-battery\n") });
  git("gc", "--quiet", "--aggressive");
  const chains = git("verify-pack", "-v", ...(await packs()));
  assert.match(chains, /chain length = [2-9]/, "the versions are stored as changes of one another");
  const { commits, blobs } = await valuesInHistory(folder, values(DB));
  assert.deepEqual([commits.map(({ id }) => id), blobs.length], [[back, joined], 3]);
});

async function packs(): Promise<readonly string[]> {
  const below = path.join(folder, ".git/objects/pack");
  return (await readdir(below)).filter((name) => name.endsWith(".idx")).map((name) => path.join(below, name));
}

test("values with quotes and backslashes are found as they stand inside of quotes", async () => {
  const password = `it's "so" \\ and $more`;
  const [plain, json, single] = [
    manifest(`data: {password: ${Buffer.from(password).toString("base64")}}`),
    JSON.stringify({ password }),
    `password: '${password.replaceAll("'", "''")}'\n`,
  ];
  await commit("one", { "a.json": json, "b.yaml": single, "c.yaml": plain, "d.txt": password });
  const { blobs } = await valuesInHistory(folder, values(plain));
  assert.equal(blobs.length, 4);
  const file = path.join(folder, "replacements");
  writeReplacements(file, values(plain));
  const rules = (await readFile(file, "latin1")).trim().split("\n");
  for (const text of [json, single, plain, password]) {
    const after = rules.reduce(
      (all, rule) => all.replaceAll(new RegExp(rule.slice("regex:".length, rule.lastIndexOf("==>")), "g"), "gone"),
      text,
    );
    assert.doesNotMatch(after, /more|aXQncyAi/);
  }
});

test("what is staged, or left behind by a rewrite, is counted", async () => {
  await commit("one", { "db.yaml": DB });
  git("commit", "--quiet", "--amend", "--allow-empty", "--message", "same");
  await writeFile(path.join(folder, "staged.yaml"), `x: correct-horse-battery\n`);
  git("add", "staged.yaml");
  const { commits, loose, blobs } = await valuesInHistory(folder, values(DB));
  assert.deepEqual([commits.length, loose, blobs.length], [1, 1, 2]);
});

test("a history without the values, and one without commits, say so", async () => {
  assert.deepEqual((await valuesInHistory(folder, values(DB))).commits, []);
  await commit("one", { "a.txt": "nothing\n" });
  const { commits, blobs, searched } = await valuesInHistory(folder, values(DB));
  assert.deepEqual([commits, blobs, searched], [[], [], 1]);
});

test("a damaged object is counted, and the rest is looked through", async () => {
  await commit("one", { "a.txt": "nothing\n" });
  await commit("two", { "db.yaml": DB });
  const id = git("rev-parse", "HEAD~1:a.txt").trim();
  const file = path.join(folder, ".git/objects", id.slice(0, 2), id.slice(2));
  await rm(file);
  await writeFile(file, "damaged");
  const { commits, unreadable } = await valuesInHistory(folder, values(DB));
  assert.equal(commits.length, 1);
  assert.equal(unreadable, 1);
});

test("outside of a repository there is no history", async () => {
  await rm(path.join(folder, ".git"), { recursive: true });
  await assert.rejects(
    valuesInHistory(folder, values(DB)),
    (error) => error instanceof KustodyError && error.code === "KST_SCAN_GIT",
  );
});

test("first what was pushed, then keys of clouds, then tokens, then the rest", () => {
  // In pieces, so that this file holds no token.
  const cloud = ["AKIA", "5XJG3LFQO4RUWHEP"].join("");
  const token = ["glpat", "aB3dE5gH7jK9mN1pQ3sT"].join("-");
  const all = values(
    manifest(
      `stringData: {password: correct-horse, key: ${cloud}}\ndata: {pat: ${Buffer.from(token).toString("base64")}}`,
    ),
  );
  const titles = (published: ReadonlySet<HeldValue>): string[] =>
    rotationOrder(all, published).map(({ value, is }) => `${value.name}: ${is}`);
  const rest = ["key: key of a cloud", "pat: token or key", "password: password or other value"];
  assert.deepEqual(titles(new Set()), rest);
  assert.deepEqual(titles(new Set(all.filter(({ name }) => name === "password"))), [rest[2], rest[0], rest[1]]);
});

test("the file for git filter-repo takes out every form of every value, is its owner's alone, and replaces no other file", async () => {
  const file = path.join(folder, "replacements");
  const list = values(DB);
  writeReplacements(file, list);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const rules = (await readFile(file, "latin1"))
    .trim()
    .split("\n")
    .map((line) => /^regex:(.*)==>(.*)$/.exec(line));
  const replaced = (text: string): string =>
    // What these patterns use of Python's syntax means the same here.
    rules.reduce(
      (all, rule) => all.replaceAll(new RegExp(rule?.[1] ?? "$.", "g"), (rule?.[2] ?? "").replace("\\1", "$1")),
      text,
    );
  const pem = "first line\nthe longest line of the four\nthird line\n";
  const forms = [DB, JSON.stringify({ pem }), Buffer.from(pem).toString("base64"), DB.replaceAll("\n", "\r\n")];
  for (const form of forms) assert.doesNotMatch(replaced(form), /horse|longest|third line|bG9uZ2Vzd/, form);
  assert.match(replaced(DB), /pin: "\*\*\*REMOVED/);
  assert.equal(replaced("port: 12\npin: 123\n"), "port: 12\npin: 123\n");
  assert.throws(() => writeReplacements(file, list), /it is there already/);
});
