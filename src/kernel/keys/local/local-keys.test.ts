import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import * as fc from "fast-check";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { activateLocalKey, initLocalKeys, type LocalKeyFiles, stageLocalKey } from "./change-local-keys.ts";
import { openLocalKey } from "./local-key.ts";
import { loadLocalKeys } from "./local-keys-file.ts";
import { readPassphrase } from "./read-passphrase.ts";

let folder: string;
let files: LocalKeyFiles;
const signal = new AbortController().signal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-local-keys-"));
  files = { file: join(folder, "kms.keys"), recovery: join(folder, "recovery.keys"), clock: systemClock };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof KustodyError && error.code === code && message.test(error.message);
const kek = (): Secret => Secret.fromBytes(Buffer.alloc(32, 9));

test("a new file of keys and its recovery copy are private and the same; neither is ever written over", async () => {
  const { active } = await initLocalKeys(files);
  assert.match(active, /^local\.[0-9a-f]{32}$/);
  assert.deepEqual(readFileSync(files.recovery), readFileSync(files.file));
  await assert.rejects(initLocalKeys(files), failsWith("KST_KEY_FILE", /recovery\.keys is there already/));
  rmSync(files.recovery);
  const before = readFileSync(files.file);
  await assert.rejects(initLocalKeys(files), failsWith("KST_KEY_FILE", /kms\.keys is there already/));
  assert.deepEqual(readFileSync(files.file), before);
  await assert.rejects(
    initLocalKeys({ ...files, recovery: files.file }),
    failsWith("KST_KEY_FILE", /must be another file/),
  );
});

test("two phases: the staged key is known to an open plugin before it encrypts, and the old one decrypts on", async () => {
  const { active: first } = await initLocalKeys(files);
  const key = await openLocalKey({ file: files.file });
  const old = await key.wrap(kek(), signal);
  assert.equal(old.keyId, first);
  await assert.rejects(activateLocalKey(files), failsWith("KST_KEY_FILE", /no key is staged/));
  const { staged } = await stageLocalKey(files);
  assert.equal((await stageLocalKey(files)).staged, staged, "staging twice stages one key");
  const other = await openLocalKey({ file: files.file });
  assert.equal((await other.wrap(kek(), signal)).keyId, first, "it does not encrypt yet");
  const { active } = await activateLocalKey(files);
  assert.equal(active, staged);
  const wrapped = await other.wrap(kek(), signal);
  assert.equal(wrapped.keyId, staged);
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()), "the other plugin looks into the file by itself");
  assert.ok((await key.unwrap(old, signal)).equals(kek()));
  assert.deepEqual(readFileSync(files.recovery), readFileSync(files.file));
});

test("a rotation never writes over something that is not the recovery copy", async () => {
  await initLocalKeys(files);
  const other = { ...files, file: join(folder, "other.keys"), recovery: join(folder, "other.copy") };
  await initLocalKeys(other);
  const foreign = readFileSync(other.recovery);
  await assert.rejects(
    stageLocalKey({ ...files, recovery: other.recovery }),
    failsWith("KST_KEY_FILE", /has keys that the file of keys does not have/),
  );
  assert.deepEqual(readFileSync(other.recovery), foreign);
  const note = join(folder, "notes.txt");
  writeFileSync(note, "not a key", { mode: 0o600 });
  await assert.rejects(
    stageLocalKey({ ...files, recovery: note }),
    failsWith("KST_KEY_FILE", /is not a file of local keys/),
  );
  assert.equal(readFileSync(note, "utf8"), "not a key");
  const fresh = join(folder, "another-disk.keys");
  await stageLocalKey({ ...files, recovery: fresh });
  assert.deepEqual(readFileSync(fresh), readFileSync(files.file));
});

test("a key id follows from the key: a file that names another is refused", async () => {
  await initLocalKeys(files);
  const text = readFileSync(files.file, "utf8");
  const body = text
    .replace(/key [0-9a-f]/, (found) => (found.endsWith("0") ? "key 1" : "key 0"))
    .replace(/end .*\n$/, "");
  writeFileSync(files.file, `${body}end ${createHash("sha256").update(body).digest("hex")}\n`);
  await assert.rejects(loadLocalKeys(files.file, undefined), failsWith("KST_KEY_FILE", /is damaged/));
});

test("a file that was cut anywhere or changed in any byte is refused, and never read as something else", async () => {
  await initLocalKeys(files);
  await stageLocalKey(files);
  const whole = readFileSync(files.file);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (at, isCut) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(files.file, isCut ? whole.subarray(0, at) : bytes);
      await assert.rejects(loadLocalKeys(files.file, undefined), failsWith("KST_KEY_FILE", /./));
    }),
    { numRuns: 200 },
  );
});

test("a running plugin keeps what it knows while the file is damaged, and says that the key is out of reach", async () => {
  await initLocalKeys(files);
  const key = await openLocalKey({ file: files.file });
  const wrapped = await key.wrap(kek(), signal);
  writeFileSync(files.file, readFileSync(files.file).subarray(0, 40));
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /has no end/));
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  rmSync(files.file);
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /cannot read/));
  writeFileSync(files.file, readFileSync(files.recovery), { mode: 0o600 });
  assert.equal((await key.wrap(kek(), signal)).keyId, wrapped.keyId);
});

test("a file or passphrase that others may read is refused", async () => {
  await initLocalKeys(files);
  chmodSync(files.file, 0o640);
  await assert.rejects(openLocalKey({ file: files.file }), failsWith("KST_KEY_FILE", /others may read/));
  const passphrase = join(folder, "passphrase");
  writeFileSync(passphrase, "correct horse battery staple\n", { mode: 0o644 });
  await assert.rejects(readPassphrase(passphrase), failsWith("KST_KEY_FILE", /others may read/));
  writeFileSync(passphrase, "short\n");
  chmodSync(passphrase, 0o600);
  await assert.rejects(readPassphrase(passphrase), failsWith("KST_KEY_FILE", /too short/));
});

test("a passphrase protects the keys in both files; without it, or with another, nothing is read", async () => {
  const passphrase = Secret.fromText("correct horse battery staple");
  await initLocalKeys({ ...files, passphrase });
  const key = await openLocalKey({ file: files.file, passphrase });
  const wrapped = await key.wrap(kek(), signal);
  assert.match(readFileSync(files.recovery, "utf8"), /^kustody-kms-keys 1\nscrypt 17 /);
  await assert.rejects(loadLocalKeys(files.file, undefined), failsWith("KST_KEY_FILE", /none was given/));
  const wrong = Secret.fromText("correct horse battery stable");
  await assert.rejects(loadLocalKeys(files.file, wrong), failsWith("KST_KEY_FILE", /another passphrase/));
  const restored = await openLocalKey({ file: files.recovery, passphrase });
  assert.ok((await restored.unwrap(wrapped, signal)).equals(kek()));
});

test("what another key wrapped, or nobody, is refused by name", async () => {
  await initLocalKeys(files);
  const key = await openLocalKey({ file: files.file });
  const wrapped = await key.wrap(kek(), signal);
  const changed = { ...wrapped, bytes: Buffer.from(wrapped.bytes).fill(0, 20, 21) };
  await assert.rejects(key.unwrap(changed, signal), failsWith("KST_KEY_MISMATCH", /did not wrap this/));
  const unknown = { ...wrapped, keyId: `local.${"0".repeat(32)}` };
  await assert.rejects(key.unwrap(unknown, signal), failsWith("KST_KEY_MISMATCH", /is not in the file/));
  assert.ok(key.owns(unknown.keyId) && !key.owns("local.x"));
});

test("a disk without room: the rotation fails, and both files are as they were", async () => {
  await initLocalKeys(files);
  const before = [readFileSync(files.file), readFileSync(files.recovery)];
  const main = new URL("../../../entrances/cli/main.ts", import.meta.url).pathname;
  const { promise, resolve } = Promise.withResolvers<string>();
  const line = `ulimit -f 0; exec "$0" "$1" kms key rotate "$2" --recovery "$3"`;
  execFile("bash", ["-c", line, process.execPath, main, files.file, files.recovery], (_error, _stdout, stderr) =>
    resolve(stderr),
  );
  assert.match(await promise, /^error: cannot write .*kms\.keys \(KST_KEY_FILE\)/);
  assert.deepEqual([readFileSync(files.file), readFileSync(files.recovery)], before);
  assert.ok(!existsSync(`${files.file}.lock`));
  assert.deepEqual(readdirSync(folder).sort(), ["kms.keys", "recovery.keys"]);
});
