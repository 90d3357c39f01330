import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { type ErrorCode, KustodyError } from "../../../kernel/errors.ts";
import { initLocalKeys } from "../../../kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { freeSocketPath, socketPathOf } from "./kms-socket.ts";
import { endPlugins, kmsClient, startPlugin } from "./testing/plugin-process.ts";

let folder: string;
let socketPath: string;
let key: string[];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-serve-kms-"));
  const file = join(folder, "kms.keys");
  await initLocalKeys({ file, recovery: join(folder, "recovery.keys"), clock: systemClock });
  key = ["--key", `local://${file}`];
});
beforeEach(() => {
  socketPath = join(folder, `${Math.random().toString(36).slice(2)}.sock`);
});
after(() => {
  endPlugins();
  rmSync(folder, { recursive: true, force: true });
});

const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof KustodyError && error.code === code && message.test(error.message);
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const statusOf = async (path: string): Promise<unknown> => {
  const client = await kmsClient(path);
  try {
    return await client.call("Status", {}, 3000);
  } finally {
    client.close();
  }
};

test("only addresses of sockets are taken, and abstract ones only when asked for", () => {
  assert.equal(socketPathOf("unix:///run/kustody/kms.sock", false), "/run/kustody/kms.sock");
  assert.equal(socketPathOf("unix:///@kustody", true), "\0kustody");
  assert.throws(() => socketPathOf("unix:///@kustody", false), failsWith("KST_KMS_SOCKET", /no owner/));
  for (const wrong of ["", "/run/kms.sock", "unix://run/kms.sock", "unix:///", "tcp://127.0.0.1:1", "unix:///a\0b"]) {
    assert.throws(() => socketPathOf(wrong, true), failsWith("KST_KMS_SOCKET", /not the address/), wrong);
  }
  assert.throws(() => socketPathOf(`unix:///${"a".repeat(107)}`, false), failsWith("KST_KMS_SOCKET", /at most 107/));
});

test("a socket that nobody serves is replaced; one that is served, a file, a link and a folder are left alone", async () => {
  const listener: Server = createServer().listen(socketPath);
  await new Promise((resolve) => listener.once("listening", resolve));
  await assert.rejects(freeSocketPath(socketPath), failsWith("KST_KMS_SOCKET", /another process serves/));
  assert.ok(existsSync(socketPath));
  await new Promise((resolve) => listener.close(resolve));
  const other = join(folder, "other");
  writeFileSync(other, "something");
  symlinkSync(other, join(folder, "link"));
  for (const path of [other, join(folder, "link"), folder]) {
    await assert.rejects(freeSocketPath(path), failsWith("KST_KMS_SOCKET", /is not a socket/), path);
  }
  assert.ok(existsSync(other));
  await assert.rejects(freeSocketPath(join(folder, "no", "k.sock")), failsWith("KST_KMS_SOCKET", /not there/));
});

test("the socket belongs to its owner alone; after -9 the next one takes it over, and a second at a time is refused", async () => {
  const first = await startPlugin(socketPath, key);
  assert.equal(modeOf(socketPath), 0o600);
  await assert.rejects(startPlugin(socketPath, key), /KST_KMS_SOCKET/);
  assert.ok("message" in ((await statusOf(socketPath)) as object), "the first one still serves");
  await first.end("SIGKILL");
  assert.ok(existsSync(socketPath));
  const second = await startPlugin(socketPath, key);
  assert.ok("message" in ((await statusOf(socketPath)) as object));
  assert.equal(await second.end(), 0);
  assert.ok(!existsSync(socketPath));
});

test("a group and a mode can be given to the socket; a group that is not there ends it without a socket", async () => {
  const plugin = await startPlugin(socketPath, [
    ...key,
    "--socket-group",
    String(process.getegid?.()),
    "--socket-mode",
    "670",
  ]);
  assert.equal(modeOf(socketPath), 0o670);
  await plugin.end();
  const grouped = await startPlugin(socketPath, [...key, "--socket-group", String(process.getegid?.())]);
  assert.equal(modeOf(socketPath), 0o660);
  await grouped.end();
  await assert.rejects(startPlugin(socketPath, [...key, "--socket-group", "no-such-group"]), /there is no group/);
  assert.ok(!existsSync(socketPath));
});

test("it says the version that it is told to, names its key, and shows that in metrics and readiness", async () => {
  const listen = "127.0.0.1:19474";
  const args = [...key, "--api-version", "v2beta1", "--metrics-listen", listen];
  const plugin = await startPlugin(socketPath, args);
  const { message } = (await statusOf(socketPath)) as { message: { version: string; healthz: string; key_id: string } };
  assert.deepEqual([message.version, message.healthz], ["v2beta1", "ok"]);
  assert.match(message.key_id, /^local\.[0-9a-f]{32}$/);
  assert.equal(await (await fetch(`http://${listen}/readyz`)).text(), "ok\n");
  const metrics = await (await fetch(`http://${listen}/metrics`)).text();
  assert.match(metrics, /^kustody_kms_key_info\{key_id_hash="sha256:[0-9a-f]{64}"\} 1$/m);
  assert.match(metrics, /^kustody_kms_requests_total\{method="Status",status="OK"\} 1$/m);
  assert.match(metrics, /^kustody_kms_ready 1$/m);
  await plugin.end();
});

test("a key service that nobody reaches keeps it from nothing but being ready", async () => {
  writeFileSync(join(folder, "token"), "hvs.not-a-real-token", { mode: 0o600 });
  const listen = "127.0.0.1:19475";
  const uri = `vault-transit://127.0.0.1:1/transit/k?token-file=${join(folder, "token")}`;
  const plugin = await startPlugin(socketPath, ["--key", uri, "--metrics-listen", listen]);
  assert.equal(((await statusOf(socketPath)) as { status: string }).status, "UNAVAILABLE");
  const ready = await fetch(`http://${listen}/readyz`);
  assert.deepEqual([ready.status, await ready.text()], [503, "the key cannot be used\n"]);
  assert.equal((await fetch(`http://${listen}/healthz`)).status, 200);
  assert.doesNotMatch(plugin.log(), /hvs\./);
  assert.equal(await plugin.end(), 0);
});

test("a key file that others may read, or half a one, is refused at the start", async () => {
  const file = join(folder, "bad.keys");
  writeFileSync(file, "kustody-kms-keys 1\nkey 00", { mode: 0o600 });
  await assert.rejects(startPlugin(socketPath, ["--key", `local://${file}`]), /has no end.*KST_KEY_FILE/);
  chmodSync(file, 0o644);
  await assert.rejects(startPlugin(socketPath, ["--key", `local://${file}`]), /others may read.*KST_KEY_FILE/);
  assert.ok(!existsSync(socketPath));
});
