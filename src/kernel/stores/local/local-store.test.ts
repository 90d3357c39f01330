import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { isStoreError, isValue, type Read, type Store } from "../store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { KEPT_VERSIONS } from "./local-change.ts";
import { decodeContent, encodeContent } from "./local-format.ts";
import { openLocalStore } from "./local-store.ts";

const folders: string[] = [];
const newFile = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), "kustody-local-"));
  folders.push(folder);
  return path.join(folder, "secrets");
};
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const { signal } = new AbortController();
const clock = systemClock;
const put = async (store: Store, key: string, text: string) =>
  await store.write?.({ key }, Secret.fromText(text), undefined, signal);
const read = async (store: Store, key: string, version?: string): Promise<Read> => {
  const ref = { key, ...(version === undefined ? {} : { version }) };
  return (await store.read([ref], new Map(), signal)).get(ref) as Read;
};
const text = (answer: Read): string => {
  assert.ok(isValue(answer), JSON.stringify(answer));
  return answer.value.unwrap().toString();
};

let writer: Store;
storeContract("local", {
  async open() {
    const file = await newFile();
    writer = await openLocalStore({ file, clock });
    return await openLocalStore({ file, clock });
  },
  stop: async () => await writer.close(),
  async put(key, payload) {
    assert.equal(
      typeof (await writer.write?.({ key }, Secret.fromBytes(Buffer.from(payload)), undefined, signal)),
      "string",
    );
  },
  payload: ({ value }) => Buffer.from(value.unwrap()),
  wrap: (payload) => Secret.fromBytes(Buffer.from(payload)),
  capabilities: ["find", "write", "remove", "versions", "watch"],
  carriesBinary: true,
  largest: 1024 * 1024,
  writesConditionally: true,
  keepsVersions: true,
});

test("what another opening wrote is read, also after a restart, and no name or value stands in the file", async () => {
  const file = await newFile();
  const [a, b] = [await openLocalStore({ file, clock }), await openLocalStore({ file, clock })];
  await put(a, "team/database", "canary-value");
  assert.equal(text(await read(b, "team/database")), "canary-value");
  const bytes = (await readFile(file)).toString("latin1");
  assert.ok(!bytes.includes("canary-value") && !bytes.includes("database"));
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await stat(`${file}.key`)).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(path.dirname(file))).sort(), ["secrets", "secrets.key"]);
});

test("a key that others may read is refused, and so is one of the wrong length", async () => {
  const file = await newFile();
  await openLocalStore({ file, clock });
  await chmod(`${file}.key`, 0o640);
  await assert.rejects(openLocalStore({ file, clock }), { code: "KST_LOCAL_STORE_KEY" });
  await assert.rejects(openLocalStore({ file, key: Secret.fromText("c2hvcnQ="), clock }), {
    code: "KST_LOCAL_STORE_KEY",
  });
});

test("a lost key is never replaced by a new one, and a wrong key opens nothing", async () => {
  const file = await newFile();
  await put(await openLocalStore({ file, clock }), "k", "v");
  await rm(`${file}.key`);
  await assert.rejects(openLocalStore({ file, clock }), { code: "KST_LOCAL_STORE_KEY" });
  const wrong = Secret.fromText(Buffer.alloc(32, 1).toString("base64"));
  await assert.rejects(openLocalStore({ file, key: wrong, clock }), { code: "KST_LOCAL_STORE_CORRUPT" });
});

test("a damaged file is an error to writers and to validate; readers keep the last good state; nothing is overwritten", async () => {
  const file = await newFile();
  const store = await openLocalStore({ file, clock });
  await put(store, "k", "good");
  const good = await readFile(file);
  for (const damage of [
    async () => await truncate(file, good.length - 5),
    async () => await writeFile(file, Buffer.concat([good.subarray(0, 60), Buffer.from([1, 2, 3]), good.subarray(63)])),
    async () => await writeFile(file, ""),
    async () => await writeFile(file, "something else entirely, and long enough to hold a header of the right size"),
  ]) {
    await damage();
    const damaged = await readFile(file);
    assert.equal(text(await read(store, "k")), "good");
    assert.match((await store.validate(signal))?.message ?? "", /local store/);
    assert.ok(isStoreError((await put(store, "k", "new")) as Read));
    assert.deepEqual(await readFile(file), damaged);
    await assert.rejects(openLocalStore({ file, clock }), { code: "KST_LOCAL_STORE_CORRUPT" });
  }
  await writeFile(file, good);
  assert.equal(await store.validate(signal), undefined);
  assert.equal(typeof (await put(store, "k", "new")), "string");
});

test("the newest versions are kept, and a key that was removed and made again never reuses a version's name", async () => {
  const store = await openLocalStore({ file: await newFile(), clock });
  const versions = new Set<unknown>();
  for (let n = 0; n < KEPT_VERSIONS + 3; n++) versions.add(await put(store, "k", `v${n}`));
  await store.remove?.({ key: "k" }, signal);
  versions.add(await put(store, "k", "again"));
  assert.equal(versions.size, KEPT_VERSIONS + 4);
  const kept: string[] = [];
  for await (const version of store.versions?.("k", signal) ?? []) kept.push(version);
  assert.equal(kept.length, 1);
});

test("watch tells each key that another process changes or removes", async () => {
  const file = await newFile();
  const [watched, other] = [await openLocalStore({ file, clock }), await openLocalStore({ file, clock })];
  const stop = new AbortController();
  const changes = watched.watch?.(stop.signal)[Symbol.asyncIterator]();
  const next = changes?.next();
  await put(other, "one", "1");
  assert.deepEqual((await next)?.value, { key: "one" });
  const removed = changes?.next();
  await other.remove?.({ key: "one" }, signal);
  assert.deepEqual((await removed)?.value, { key: "one" });
  const last = changes?.next();
  stop.abort();
  assert.equal((await last)?.done, true);
});

test("processes that write at the same time lose nothing, and the lock of one that was killed is taken over", async () => {
  const file = await newFile();
  await put(await openLocalStore({ file, clock }), "k", "v");
  const script = fileURLToPath(new URL("./testing/write-many.ts", import.meta.url));
  const dying = fork(script, [file, "dying", "1000000"], { stdio: "ignore" });
  const children = ["a", "b", "c"].map((name) => fork(script, [file, name, "15"], { stdio: "ignore" }));
  // Listened to from the start: on an idle machine they are done before the other is killed.
  const exits = children.map((child) => once(child, "exit"));
  try {
    await systemClock.sleep(400);
    dying.kill("SIGKILL");
    const codes = (await Promise.all(exits)).map(([code]) => code as number);
    assert.deepEqual(codes, [0, 0, 0]);
  } finally {
    for (const child of [dying, ...children]) child.kill("SIGKILL");
  }
  const store = await openLocalStore({ file, clock });
  for (const name of ["a", "b", "c"])
    for (let n = 0; n < 15; n++) assert.equal(text(await read(store, `${name}/${n}`)), name);
  assert.equal(text(await read(store, "k")), "v");
});

test("content survives encoding, and cut or lengthened bytes are refused", () => {
  const version = fc.record({ revision: fc.nat(), at: fc.nat(), value: fc.uint8Array({ maxLength: 40 }) });
  const content = fc.record({
    revision: fc.nat(),
    keys: fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 10 }), fc.array(version, { maxLength: 3 })), {
      maxLength: 5,
    }),
  });
  fc.assert(
    fc.property(content, fc.nat(), ({ revision, keys }, cut) => {
      const given = {
        revision,
        keys: new Map(
          keys.map(([key, versions]) => [
            key,
            versions.map((one) => ({ ...one, value: Secret.fromBytes(Buffer.from(one.value)) })),
          ]),
        ),
      };
      const bytes = Buffer.from(encodeContent(given).unwrap());
      const back = decodeContent(Secret.fromBytes(bytes));
      assert.ok(back !== undefined);
      assert.ok(encodeContent(back).equals(Secret.fromBytes(Buffer.from(bytes))));
      const shorter = Buffer.from(bytes.subarray(0, cut % bytes.length));
      assert.equal(decodeContent(Secret.fromBytes(shorter)), undefined);
      assert.equal(decodeContent(Secret.fromBytes(Buffer.concat([bytes, Buffer.from([0])]))), undefined);
    }),
  );
});
