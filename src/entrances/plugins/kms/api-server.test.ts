import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  activateLocalKey,
  initLocalKeys,
  type LocalKeyIds,
  stageLocalKey,
} from "../../../kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { putSecret, rawSecret, readSecret, until, writeEncryptionConfig } from "./testing/encrypted-plane.ts";
import { endPlugins, type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

/** A real API server and etcd with a plugin of ours and a local key. */
let folder: string;
let socketPath: string;
let files: { file: string; recovery: string; clock: typeof systemClock };
let first: LocalKeyIds;
let plugin: PluginProcess;
let plane: ControlPlane;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-kms-"));
  socketPath = join(folder, "kms.sock");
  files = { file: join(folder, "kms.keys"), recovery: join(folder, "recovery.keys"), clock: systemClock };
  first = await initLocalKeys(files);
  plugin = await startPlugin(socketPath, ["--key", `local://${files.file}`]);
  plane = await startControlPlane({
    components: { controllerManager: false },
    encryptionConfig: await writeEncryptionConfig(join(folder, "encryption.yaml"), { kustody: socketPath }),
  });
});
after(async () => {
  await plane?.stop();
  endPlugins();
  await rm(folder, { recursive: true, force: true });
});

test("a Secret is read back as written, and etcd holds it under the plugin's prefix and key id, without the value", async () => {
  assert.equal((await putSecret(plane, "one", "plain-marker-one")).status, 201);
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
  const raw = await rawSecret(plane, "one");
  assert.equal(raw.subarray(0, 23).toString(), "k8s:enc:kms:v2:kustody:");
  assert.ok(raw.includes(first.active), "the key id stands beside it in the clear");
  assert.ok(!raw.includes("plain-marker") && !raw.includes(Buffer.from("plain-marker-one").toString("base64")));
});

test("killed with -9 under write load and started anew, it loses nothing", async () => {
  const written = new Map<string, string>();
  const stop = new AbortController();
  const writer = (async () => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const [name, value] = [`load-${n % 20}`, `value-${n}`];
      const { status } = await putSecret(plane, name, value);
      assert.ok(status < 300, `${name}: ${status}`);
      written.set(name, value);
    }
    return written.size;
  })();
  for (let kill = 0; kill < 3; kill++) {
    await sleep(300);
    assert.equal(await plugin.end("SIGKILL"), null);
    await sleep(100);
    plugin = await startPlugin(socketPath, ["--key", `local://${files.file}`]);
  }
  await sleep(300);
  stop.abort();
  assert.equal(await writer, 20);
  for (const [name, value] of written) assert.equal(await readSecret(plane, name), value);
});

test("a rotation in two phases, with no restart and under load: nothing fails, and new Secrets are under the new key", async () => {
  const { staged } = await stageLocalKey(files);
  assert.ok(staged !== undefined && staged !== first.active);
  const { active } = await activateLocalKey(files);
  assert.equal(active, staged);
  let writes = 0;
  await until("a Secret is written under the new key", async () => {
    writes += 1;
    assert.ok((await putSecret(plane, "rotating", `value-${writes}`)).status < 300);
    return (await rawSecret(plane, "rotating")).includes(active);
  });
  assert.equal(await readSecret(plane, "rotating"), `value-${writes}`);
  assert.ok((await rawSecret(plane, "one")).includes(first.active), "what is not rewritten stays under the old key");
  await plane.restart("kube-apiserver");
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
  assert.equal(await readSecret(plane, "rotating"), `value-${writes}`);
});

test("no plaintext, key or passphrase is in its log, and it ends gracefully with its socket", async () => {
  assert.match(plugin.log(), /serving KMS v2/);
  assert.doesNotMatch(plugin.log(), /plain-marker|value-\d/);
  assert.equal(await plugin.end(), 0);
  const again = await startPlugin(socketPath, ["--key", `local://${files.file}`]);
  assert.equal(await again.end(), 0);
});
