import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connectLabEtcd, openEtcdWriter } from "../../../kernel/etcd/testing/etcd-writer.ts";
import { initLocalKeys } from "../../../kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import type { StorageReport } from "../../../practices/encryption/stored/index.ts";
import { putSecret, readSecret } from "../../plugins/kms/testing/encrypted-plane.ts";
import { endPlugins, startPlugin } from "../../plugins/kms/testing/plugin-process.ts";

/** A real API server and etcd go the whole way: unencrypted → our plugin → another key → static keys. */
const COUNT = 150;
const MAIN = new URL("../main.ts", import.meta.url).pathname;
let folder: string;
let config: string;
let endpoint: string;
let keys: { file: string; recovery: string };
let plane: ControlPlane;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-encryption-"));
  config = join(folder, "config.yaml");
  endpoint = `unix://${join(folder, "kms.sock")}`;
  keys = { file: join(folder, "kms.keys"), recovery: join(folder, "recovery.keys") };
  await initLocalKeys({ ...keys, clock: systemClock });
  await startPlugin(join(folder, "kms.sock"), ["--key", `local://${keys.file}`]);
  writeConfig("[{identity: {}}]");
  plane = await startControlPlane({ components: { controllerManager: false }, encryptionConfig: config });
  for (let index = 0; index < COUNT; index++) await putSecret(plane, `s-${index}`, `plain-marker-${index}`);
});
after(async () => {
  await plane?.stop();
  endPlugins();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(providers: string): void {
  writeFileSync(
    config,
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers: ${providers}\n`,
  );
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as its user does; SIGKILL when `kill` resolves. */
async function kustody(args: readonly string[], kill?: () => Promise<unknown>): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, "encryption", ...args], {
    env: { ...process.env, XDG_STATE_HOME: join(folder, "state") },
    timeout: 300_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  if (kill !== undefined) {
    await kill();
    child.kill("SIGKILL");
  }
  const code = await ended;
  assert.ok(!`${stdout}${stderr}`.includes("plain-marker"), "no value is shown");
  return { code, stdout, stderr };
}

const etcdFlags = (): string[] => {
  const { endpoint: url, caFile, certFile, keyFile } = plane.etcd;
  return ["--etcd", url, "--cacert", caFile, "--cert", certFile, "--key", keyFile];
};
const server = (): string[] => ["--kubeconfig", plane.kubeconfig, "--api-server", plane.server];

async function status(...args: string[]): Promise<StorageReport & { readonly code: number | null }> {
  const source = args.includes("--snapshot") ? [] : etcdFlags();
  const { code, stdout, stderr } = await kustody(["status", ...source, "--output", "json", ...args]);
  assert.notEqual(stdout, "", stderr);
  return { ...(JSON.parse(stdout) as StorageReport), code };
}

async function plainLeft(): Promise<number> {
  return (await status()).resources[0]?.plain.objects ?? -1;
}

async function allReadable(): Promise<void> {
  for (const index of [0, 1, 77, COUNT - 1])
    assert.equal(await readSecret(plane, `s-${index}`), `plain-marker-${index}`);
}

test("status names what lies unencrypted, in every output, and fails", async () => {
  const { code, resources } = await status();
  assert.equal(code, 1);
  assert.equal(resources[0]?.plain.objects, COUNT);
  assert.ok(resources[0]?.plain.names.includes("default/s-7"));
  for (const output of ["text", "sarif", "junit"]) {
    const shown = await kustody(["status", ...etcdFlags(), "--output", output]);
    assert.equal(shown.code, 1);
    assert.match(shown.stdout, /default\/s-10/);
  }
  const passed = await kustody([
    "status",
    ...etcdFlags(),
    "--resource",
    "configmaps",
    "--names",
    "0",
    "--fail-on",
    "critical",
  ]);
  assert.equal(passed.code, 1, "other resources by name");
});

test("init puts the plugin first and keeps the rest; the API server accepts the file and writes with it", async () => {
  const before_ = readFileSync(config, "utf8");
  const flags = ["init", "--file", config, "--endpoint", endpoint, "--single-api-server"];
  const dry = await kustody([...flags, "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /endpoint: unix:/);
  assert.equal(readFileSync(config, "utf8"), before_, "a dry run writes nothing");
  assert.equal((await kustody(flags)).code, 0);
  assert.equal(statSync(config).mode & 0o777, 0o600);
  const backup = readdirSync(folder).find((name) => name.startsWith(".config.yaml.before-"));
  assert.equal(readFileSync(join(folder, backup ?? ""), "utf8"), before_);
  await plane.restart("kube-apiserver");
  await putSecret(plane, "new", "plain-marker-new");
  const { resources } = await status("--encryption-config", config);
  assert.deepEqual([resources[0]?.plain.objects, resources[0]?.current?.key.name], [COUNT, "kustody"]);
});

test("migrate waits for API servers with this very file, else it changes nothing", async () => {
  const other = join(folder, "other.yaml");
  writeFileSync(other, `${readFileSync(config, "utf8")}# another\n`);
  const { code, stderr } = await kustody([
    "migrate",
    ...server(),
    ...etcdFlags(),
    "--encryption-config",
    other,
    "--wait",
    "0s",
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /uses another EncryptionConfiguration[^]*KST_ENCRYPTION_NOT_READY/);
  assert.equal(await plainLeft(), COUNT);
});

test("migrate, killed with -9 in the middle, goes on with what is left; nothing old remains in the database", async () => {
  const killed = await kustody(["migrate", ...server(), ...etcdFlags(), "--rate", "25"], async () => {
    for (let tries = 0; (await plainLeft()) === COUNT && tries < 60; tries++) await sleep(200);
  });
  assert.equal(killed.code, null);
  const left = await plainLeft();
  assert.ok(left > 0 && left < COUNT, `${left} are left`);

  const dry = await kustody(["migrate", ...server(), ...etcdFlags(), "--dry-run"]);
  assert.equal(dry.code, 1);
  assert.equal(await plainLeft(), left, "a dry run rewrites nothing");

  const { code, stdout, stderr } = await kustody([
    "migrate",
    ...server(),
    ...etcdFlags(),
    "--encryption-config",
    config,
    "--output",
    "json",
  ]);
  assert.equal(code, 0, stderr);
  const report = JSON.parse(stdout) as { resources: { rewritten: number }[]; proof: StorageReport };
  // One was rewritten to see which key writes.
  assert.ok((report.resources[0]?.rewritten ?? 0) >= left - 1, "only what was left");
  assert.deepEqual(report.proof.resources[0]?.plain.objects, 0);
  await allReadable();

  const snapshot = join(folder, "snapshot.db");
  const etcd = await connectLabEtcd(plane.etcd);
  await pipeline(Readable.from(etcd.snapshot()), createWriteStream(snapshot));
  etcd.close();
  const inFile = await status("--snapshot", snapshot, "--objects", join(folder, "objects.jsonl"));
  assert.equal(inFile.code, 0);
  assert.deepEqual([inFile.residue?.olderVersions.plain, inFile.residue?.freePages.plain], [0, 0]);
  assert.ok(!readFileSync(snapshot).includes("plain-marker"), "compacted and defragmented");
  const lines = readFileSync(join(folder, "objects.jsonl"), "utf8").trim().split("\n");
  assert.equal(lines.length, COUNT + 1);
  assert.match(
    lines[0] ?? "",
    /"provider":"kms v2","key":"kustody","keyId":"local\.[0-9a-f]+","keyIdHash":"sha256:[0-9a-f]{64}","dataKey":"seed","seed":"[0-9a-f]{12}"/,
  );
});

test("the write-ahead log of the member still tells of what was unencrypted", async () => {
  const snapshot = join(folder, "snapshot.db");
  const { code, residue } = await status("--snapshot", snapshot, "--wal", join(plane.dataDir, "etcd/member/wal"));
  assert.equal(code, 1);
  assert.ok((residue?.wal?.plain ?? 0) >= COUNT);
});

test("rotate brings a local key in two phases into the API server; migrate leaves one key id", async () => {
  const flags = [
    "--kubeconfig",
    plane.kubeconfig,
    "--api-server",
    plane.server,
    "--key-file",
    keys.file,
    "--recovery",
    keys.recovery,
  ];
  const staged = await kustody(["rotate", ...flags]);
  assert.equal(staged.code, 0, staged.stderr);
  const before_ = (await status()).resources[0]?.current?.key.keyId;
  const active = await kustody(["rotate", ...flags, "--activate", "--wait", "2m"]);
  assert.equal(active.code, 0, active.stderr);
  assert.match(active.stdout, /has it\n[^]*encryption migrate/);
  const migrated = await kustody(["migrate", ...server(), ...etcdFlags(), "--no-reclaim"]);
  assert.equal(migrated.code, 0, migrated.stderr + migrated.stdout);
  const { resources } = await status();
  assert.equal(resources[0]?.keys.length, 1);
  assert.notEqual(resources[0]?.keys[0]?.key.keyId, before_);
  await allReadable();
});

test("from the plugin to a static key and to another: two phases, a proof before anything is removed", async () => {
  const secret = Buffer.alloc(32, 9).toString("base64");
  writeConfig(
    `[{secretbox: {keys: [{name: k1, secret: ${secret}}]}}, {kms: {apiVersion: v2, name: kustody, endpoint: "${endpoint}"}}]`,
  );
  await plane.restart("kube-apiserver");
  assert.equal((await kustody(["migrate", ...server(), ...etcdFlags(), "--no-reclaim"])).code, 0);
  const rotate = ["rotate", "--file", config, ...server()];
  const early = await kustody([...rotate, "--activate"]);
  assert.match(early.stderr, /KST_ENCRYPTION_CONFIG/);
  for (const phase of [[], ["--activate"]]) {
    const { code, stderr, stdout } = await kustody([...rotate, ...phase, "--wait", "0s"]);
    assert.equal(code, 0, stderr);
    assert.ok(!stdout.includes(secret));
    await plane.restart("kube-apiserver");
    await allReadable();
  }
  const stale = await status("--encryption-config", config);
  assert.equal(stale.resources[0]?.stale.objects, COUNT + 1);
  const refused = await kustody([...rotate, "--remove-old", ...etcdFlags()]);
  assert.match(refused.stderr, /values under the keys that would be removed/);
  assert.equal(
    (await kustody(["migrate", ...server(), ...etcdFlags(), "--encryption-config", config, "--no-reclaim"])).code,
    0,
  );
  const removed = await kustody([...rotate, "--remove-old", ...etcdFlags(), "--wait", "0s"]);
  assert.equal(removed.code, 0, removed.stderr);
  assert.ok(!readFileSync(config, "utf8").includes(secret), "the old key is gone from the file");
  await plane.restart("kube-apiserver");
  await allReadable();
});

test("back to the plugin as one moves from another: read, write, migrate, only", async () => {
  const init = ["init", "--file", config, "--endpoint", endpoint];
  const taken = await kustody(["init", "--file", config, "--endpoint", "unix:///run/other/kms.sock"]);
  assert.match(taken.stderr, /kustody is the name of another provider[^]*KST_ENCRYPTION_CONFIG/);
  // It stands behind the static key already, so the next step is writing.
  assert.equal((await kustody(init)).code, 0);
  await plane.restart("kube-apiserver");
  const early = await kustody([...init, "--step", "only", ...etcdFlags()]);
  assert.match(early.stderr, /etcd still has values of other providers: \d+ secrets/);
  assert.equal((await kustody(["migrate", ...server(), ...etcdFlags(), "--no-reclaim"])).code, 0);
  assert.equal((await kustody([...init, "--step", "only", ...etcdFlags()])).code, 0);
  assert.ok(!readFileSync(config, "utf8").includes("secretbox"));
  await plane.restart("kube-apiserver");
  await allReadable();
});

test("from another plugin, which answers v2beta1, to ours: read, write, migrate, only; every Secret readable throughout", async () => {
  const socket = join(folder, "theirs.sock");
  const other = { file: join(folder, "theirs.keys"), recovery: join(folder, "theirs.copy"), clock: systemClock };
  await initLocalKeys(other);
  await startPlugin(socket, ["--key", `local://${other.file}`, "--api-version", "v2beta1"]);
  const theirs = `{kms: {apiVersion: v2, name: theirs, endpoint: "unix://${socket}"}}`;
  writeConfig(`[${theirs}, {kms: {apiVersion: v2, name: kustody, endpoint: "${endpoint}"}}]`);
  await plane.restart("kube-apiserver");
  const migrate = ["migrate", ...server(), ...etcdFlags(), "--no-reclaim"];
  assert.equal((await kustody(migrate)).code, 0);
  writeConfig(`[${theirs}, {identity: {}}]`);
  await plane.restart("kube-apiserver");
  await allReadable();

  const init = ["init", "--file", config, "--endpoint", endpoint];
  for (const says of [/added for decrypting; theirs still encrypts/, /encrypts from now on/]) {
    assert.match((await kustody(init)).stdout, says);
    await plane.restart("kube-apiserver");
    await allReadable();
  }
  assert.equal((await kustody(migrate)).code, 0);
  assert.match((await kustody([...init, "--step", "only", ...etcdFlags()])).stdout, /theirs is removed/);
  await plane.restart("kube-apiserver");
  await allReadable();
  const { resources } = await status();
  assert.deepEqual(
    resources[0]?.keys.map(({ key }) => key.name),
    ["kustody"],
  );
});

test("without etcd everything is rewritten, and kill -9 loses the place by fifty at most", async () => {
  const killed = await kustody(["migrate", ...server(), "--rate", "50"], async () => {
    const state = join(folder, "state/kustody/encryption");
    for (
      let tries = 0;
      tries < 100 && !(existsSync(state) && readdirSync(state).some((name) => name.endsWith(".json")));
      tries++
    )
      await sleep(100);
  });
  assert.equal(killed.code, null);
  const { code, stdout, stderr } = await kustody(["migrate", ...server(), "--output", "json"]);
  assert.equal(code, 0, stderr);
  const { resources } = JSON.parse(stdout) as { resources: { resumedAfter?: string; rewritten: number }[] };
  assert.match(resources[0]?.resumedAfter ?? "", /^default\/s-/);
  assert.ok((resources[0]?.rewritten ?? COUNT) <= COUNT + 1 - 50);
  const told = await kustody(["status", ...server()]);
  assert.match(told.stdout, /weaker than a look into etcd[^]*kms v2 kustody writes with sha256:/);
});

test("a damaged value is told, and stops neither status nor the others' migration", async () => {
  const writer = await openEtcdWriter(plane.etcd);
  await writer.put([["/registry/secrets/default/broken", "k8s:enc:kms:v2:kustody:no message"]]);
  writer.close();
  const { code, resources } = await status();
  assert.equal(code, 1);
  assert.deepEqual(resources[0]?.damaged.names, ["default/broken"]);
  const migrated = await kustody(["migrate", ...server(), ...etcdFlags(), "--no-reclaim"]);
  assert.equal(migrated.code, 1);
  assert.match(migrated.stdout, /1 damaged/);
});

test("managed clusters are told what to use instead; a wrong source is a usage error", async () => {
  const eks = await kustody(["init", "--distribution", "eks", "--file", join(folder, "eks.yaml")]);
  assert.equal(eks.code, 2);
  assert.match(eks.stderr, /takes no KMS plugin[^]*associate-encryption-config/);
  const both = await kustody(["status", "--snapshot", "a", "--data-dir", "b"]);
  assert.match(both.stderr, /KST_USAGE/);
});
