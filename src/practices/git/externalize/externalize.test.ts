import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, test } from "node:test";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { openLocalStore } from "../../../kernel/stores/local/local-store.ts";
import { isValue, type Store } from "../../../kernel/stores/store.ts";
import { type CheckedFile, checkRemote, type ExternalizePorts, type FileOutcome, moveFile } from "./externalize.ts";
import type { Naming } from "./model.ts";
import { planFiles } from "./plan-files.ts";

const NAMING: Naming = {
  store: { kind: "ClusterSecretStore", name: "local" },
  namespace: undefined,
  keyPattern: "{namespace}/{name}",
};

let folder = "";
let kst = "";
let store: Store;
let ports: ExternalizePorts;
const { signal } = new AbortController();

beforeEach(async () => {
  const root = await mkdtemp(path.join(tmpdir(), "kustody-externalize-"));
  folder = path.join(root, "deploy");
  kst = path.join(root, "kst");
  await mkdir(folder);
  store = await openLocalStore({ file: kst, clock: systemClock });
  ports = { store: async () => store, whyClosed: async () => undefined };
});
afterEach(async () => {
  await store.close();
  await rm(path.dirname(folder), { recursive: true, force: true });
});

const secret = (name: string, value: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: shop }\nstringData:\n  password: ${value}\n`;

const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
const text = (name: string): Promise<string> => readFile(path.join(folder, name), "utf8");

async function check(paths: readonly string[] = [folder], naming = NAMING): Promise<readonly CheckedFile[]> {
  return await checkRemote(planFiles(paths, folder, naming).files, ports, signal);
}

async function move(paths?: readonly string[], naming?: Naming): Promise<Record<string, FileOutcome>> {
  const outcomes: Record<string, FileOutcome> = {};
  for (const file of await check(paths, naming)) outcomes[file.source.shown] = await moveFile(file, ports, signal);
  return outcomes;
}

async function remote(key: string): Promise<string | undefined> {
  const ref = { key };
  const read = (await store.read([ref], new Map(), signal)).get(ref);
  return read !== undefined && isValue(read) ? read.value.unwrap().toString() : undefined;
}

function told(outcomes: Record<string, FileOutcome>, file: string): string {
  const outcome = outcomes[file];
  return outcome?.is === "refused" ? outcome.obstacles.join("\n") : `${outcome?.is}`;
}

test("values are at the manager before a file changes, and a second run has nothing to do", async () => {
  await put("a.yaml", `${secret("a", "value-a")}---\n${secret("b", "value-b")}`);
  await put("c.yaml", secret("c", "value-c"));
  await chmod(path.join(folder, "c.yaml"), 0o640);
  assert.deepEqual(await move(), { "a.yaml": { is: "changed", written: 2 }, "c.yaml": { is: "changed", written: 1 } });
  assert.equal(await remote("shop/b"), '{"password":"value-b"}');
  assert.doesNotMatch((await text("a.yaml")) + (await text("c.yaml")), /value-/);
  assert.equal((await stat(path.join(folder, "c.yaml"))).mode & 0o777, 0o640);
  assert.deepEqual(await readdir(folder), ["a.yaml", "c.yaml"]);
  assert.deepEqual(await move(), {});
});

test("a key with other values stops its file before anything is written, says which entries, and stops no other file", async () => {
  await store.write?.({ key: "shop/b" }, Secret.fromText('{"password":"other-1","user":"x"}'), undefined, signal);
  const before = `${secret("a", "value-a")}---\n${secret("b", "value-b")}`;
  await put("a.yaml", before);
  await put("c.yaml", secret("c", "value-c"));
  const outcomes = await move();
  assert.equal(told(outcomes, "a.yaml"), "shop/b: shop/b has other values already: password, user");
  assert.equal(outcomes["c.yaml"]?.is, "changed");
  assert.equal(await text("a.yaml"), before);
  assert.equal(await remote("shop/a"), undefined);
  assert.equal(await remote("shop/b"), '{"password":"other-1","user":"x"}');
});

test("what is at the manager already, however its JSON is written, is not written again", async () => {
  await store.write?.({ key: "shop/a" }, Secret.fromText('{ "pass\\u0077ord" : "value-a" }'), undefined, signal);
  await put("a.yaml", secret("a", "value-a"));
  assert.deepEqual(await move(), { "a.yaml": { is: "changed", written: 0 } });
});

test("two manifests of one Secret are one value if they agree, and none is touched if they don't", async () => {
  await put("base.yaml", secret("a", "value-a"));
  await put("overlay.yaml", secret("a", "value-a"));
  await put("x.yaml", secret("x", "value-x"));
  await put("y.yaml", secret("x", "value-y"));
  const outcomes = await move();
  assert.deepEqual([outcomes["base.yaml"]?.is, outcomes["overlay.yaml"]?.is], ["changed", "changed"]);
  assert.equal(told(outcomes, "x.yaml"), "shop/x: y.yaml:1 has other values for the same remote key: password");
  assert.match(told(outcomes, "y.yaml"), /x\.yaml:1 has other values/);
  assert.equal(await remote("shop/x"), undefined);
});

test("one Secret with a mistake keeps its whole file as it is, with nothing of it at the manager", async () => {
  await put("a.yaml", `${secret("a", "value-a")}---\n${secret("b", "5432")}`);
  assert.match(told(await move(), "a.yaml"), /^Secret shop\/b in line 7: stringData\.password is no text/);
  assert.equal(await remote("shop/a"), undefined);
});

test("files that cannot be replaced are known before anything is written", async () => {
  await put("a.yaml", secret("a", "value-a"));
  await chmod(path.join(folder, "a.yaml"), 0o444);
  assert.equal(told(await move(), "a.yaml"), "it is read-only");
  assert.equal(await remote("shop/a"), undefined);
});

test("a link that is named is refused, and no link in a folder leads outside", async () => {
  const outside = path.join(path.dirname(folder), "outside");
  await mkdir(outside);
  await writeFile(path.join(outside, "a.yaml"), secret("a", "value-a"));
  await put("b.yaml", secret("b", "value-b"));
  await symlink(path.join(outside, "a.yaml"), path.join(folder, "a.yaml"));
  await symlink(outside, path.join(folder, "linked"));
  await symlink(folder, path.join(folder, "again"));
  const named = planFiles([path.join(folder, "a.yaml")], folder, NAMING);
  assert.deepEqual(named.files, []);
  assert.match(named.unread[0]?.reason ?? "", /symbolic link/);
  assert.deepEqual(await move(), { "b.yaml": { is: "changed", written: 1 } });
  assert.match(await readFile(path.join(outside, "a.yaml"), "utf8"), /value-a/);
});

test("a value that somebody else writes meanwhile is not overwritten", async () => {
  await put("a.yaml", secret("a", "value-a"));
  const [file] = await check();
  assert.ok(file);
  await store.write?.({ key: "shop/a" }, Secret.fromText('{"password":"theirs"}'), undefined, signal);
  const outcome = await moveFile(file, ports, signal);
  assert.match(outcome.is === "refused" ? outcome.obstacles.join() : "", /^shop\/a: it was not written: conflict/);
  assert.equal(await remote("shop/a"), '{"password":"theirs"}');
  assert.equal(await text("a.yaml"), secret("a", "value-a"));
});

test("a file that somebody else changed meanwhile stays as they left it, and the next run goes on", async () => {
  await put("a.yaml", secret("a", "value-a"));
  const [file] = await check();
  assert.ok(file);
  const theirs = `# mine now\n${secret("a", "value-a")}`;
  await put("a.yaml", theirs);
  const outcome = await moveFile(file, ports, signal);
  assert.match(outcome.is === "refused" ? outcome.obstacles.join() : "", /somebody else changed it meanwhile/);
  assert.equal(await text("a.yaml"), theirs);
  assert.deepEqual(await readdir(folder), ["a.yaml"]);
  assert.deepEqual(await move(), { "a.yaml": { is: "changed", written: 0 } });
  assert.match(await text("a.yaml"), /^# mine now\napiVersion: external-secrets/);
});

test("a store that fails in the middle leaves the rest of the files as they are", async () => {
  await put("a.yaml", secret("a", "value-a"));
  await put("b.yaml", secret("b", "value-b"));
  const [first, second] = await check();
  assert.ok(first && second);
  assert.equal((await moveFile(first, ports, signal)).is, "changed");
  await writeFile(kst, "damaged");
  const outcome = await moveFile(second, ports, signal);
  assert.match(outcome.is === "refused" ? outcome.obstacles.join() : "", /^shop\/b: it was not written/);
  assert.equal(await text("b.yaml"), secret("b", "value-b"));
});

test("a store that cannot be written to is an obstacle where something is missing, and none where all is there", async () => {
  await store.write?.({ key: "shop/a" }, Secret.fromText('{"password":"value-a"}'), undefined, signal);
  await put("a.yaml", secret("a", "value-a"));
  await put("b.yaml", secret("b", "value-b"));
  const readOnly = Object.fromEntries(Object.entries(store).filter(([name]) => name !== "write")) as unknown as Store;
  ports = { ...ports, store: async () => readOnly };
  const outcomes = await move();
  assert.equal(outcomes["a.yaml"]?.is, "changed");
  assert.match(told(outcomes, "b.yaml"), /cannot be written to: write the value yourself/);
});

test("killed before any call of the store it leaves nothing half done, and the next run ends the job", async () => {
  const script = new URL("testing/killed-move.ts", import.meta.url).pathname;
  await store.close();
  // The calls: one read, then a write and a read for each of the three values.
  for (let calls = 0; calls <= 7; calls++) {
    for (const name of ["kst", "kst.key", "kst.lock"]) await rm(path.join(path.dirname(folder), name), { force: true });
    const originals = {
      "a.yaml": `${secret("a", "value-a")}---\n${secret("b", "value-b")}`,
      "c.yaml": secret("c", "value-c"),
    };
    for (const [name, original] of Object.entries(originals)) await put(name, original);
    // What a run leaves that was ended between the new file and its name.
    await put(".a.yaml.kustody", "left behind");
    const killed = spawnSync(process.execPath, [script, folder, kst, String(calls)], { encoding: "utf8" });
    assert.equal(killed.signal, calls < 7 ? "SIGKILL" : null, killed.stderr);
    store = await openLocalStore({ file: kst, clock: systemClock });
    for (const [name, original] of Object.entries(originals)) {
      const now = await text(name);
      if (now === original) continue;
      assert.doesNotMatch(now, /value-/);
      for (const [, key = ""] of now.matchAll(/key: (\S+)/g))
        assert.ok(await remote(key), `${key} after ${calls} calls`);
    }
    await move();
    assert.doesNotMatch((await text("a.yaml")) + (await text("c.yaml")), /value-/);
    for (const name of ["a", "b", "c"]) assert.equal(await remote(`shop/${name}`), `{"password":"value-${name}"}`);
    assert.deepEqual((await readdir(folder)).toSorted(), ["a.yaml", "c.yaml"]);
    await store.close();
  }
});
