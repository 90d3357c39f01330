import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { GrpcClient } from "../../../kernel/grpc/connect-grpc.ts";
import { administer, type VaultAdmin } from "../../../kernel/stores/testing/vault-admin.ts";
import { type ControlPlane, startControlPlane, startVault, type VaultServer } from "../../../lab/index.ts";
import { putSecret, rawSecret, readSecret, until, writeEncryptionConfig } from "./testing/encrypted-plane.ts";
import { endPlugins, kmsClient, type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

/** A real API server whose plugin has its key in a real Vault, which fails in several ways. */
let folder: string;
let vault: VaultServer;
let admin: VaultAdmin;
let plane: ControlPlane;
let plugin: PluginProcess;
let client: GrpcClient;
const policy = ["read", "update"].map((capability) => `"${capability}"`).join(", ");
const grant = () =>
  admin.call("POST", "sys/policies/acl/kms", { policy: `path "transit/*" { capabilities = [${policy}] }` });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-kms-vault-"));
  vault = await startVault();
  admin = administer(vault);
  await admin.call("POST", "sys/mounts/transit", { type: "transit" });
  await admin.call("POST", "transit/keys/kubernetes", {});
  await grant();
  await writeFile(join(folder, "token"), (await admin.token(["kms"])).unwrap(), { mode: 0o600 });
  const socketPath = join(folder, "kms.sock");
  const place = vault.url.replace("https://", "vault-transit://");
  const key = `${place}/transit/kubernetes?token-file=${join(folder, "token")}&ca-file=${vault.caFile}`;
  plugin = await startPlugin(socketPath, ["--key", key]);
  client = await kmsClient(socketPath);
  plane = await startControlPlane({
    components: { controllerManager: false },
    encryptionConfig: await writeEncryptionConfig(join(folder, "encryption.yaml"), { kustody: socketPath }),
  });
});
after(async () => {
  client?.close();
  await plane?.stop();
  endPlugins();
  await admin?.close();
  await vault?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Status as the plugin answers it after a probe that it is told to make now. */
async function statusAfterProbe(isIt: (status: string) => boolean): Promise<void> {
  plugin.child.kill("SIGHUP");
  await until(
    "Status follows the key service",
    async () => {
      const reply = await client.call<{ key_id: string }>("Status", {}, 3000);
      return isIt("message" in reply ? reply.message.key_id : reply.status);
    },
    20,
  );
}

test("Secrets are encrypted under a KEK that Vault wraps", async () => {
  assert.equal((await putSecret(plane, "one", "plain-marker-one")).status, 201);
  const raw = await rawSecret(plane, "one");
  assert.ok(raw.subarray(0, 23).equals(Buffer.from("k8s:enc:kms:v2:kustody:")));
  assert.ok(raw.includes("vault:v1:") && !raw.includes("plain-marker"));
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
});

test("while Vault is sealed an API server is restarted: it reads what was stored, and writes", async () => {
  await admin.call("POST", "sys/seal");
  await plane.restart("kube-apiserver");
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
  assert.equal((await putSecret(plane, "during-outage", "two")).status, 201);
  assert.equal(await readSecret(plane, "during-outage"), "two");
  await admin.call("POST", "sys/unseal", { key: vault.unsealKey.unwrap().toString() });
});

test("a rotation in Vault is noticed without a restart, and both versions are read", async () => {
  await admin.call("POST", "transit/keys/kubernetes/rotate", {});
  await statusAfterProbe((keyId) => /\.2\.\d+$/.test(keyId));
  await until("a Secret is written under version 2", async () => {
    assert.ok((await putSecret(plane, "rotating", "three")).status < 300);
    return (await rawSecret(plane, "rotating")).includes("vault:v2:");
  });
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
});

test("a key that Vault no longer allows is a gRPC error at once, not another healthz; granted again, all goes on", async () => {
  await admin.call("POST", "sys/policies/acl/kms", { policy: 'path "nothing/*" { capabilities = ["read"] }' });
  await statusAfterProbe((status) => status === "FAILED_PRECONDITION");
  const encrypted = await client.call("Encrypt", { plaintext: Buffer.alloc(32), uid: "test" }, 3000);
  assert.equal("status" in encrypted && encrypted.status, "FAILED_PRECONDITION");
  await grant();
  await statusAfterProbe((keyId) => /\.2\.\d+$/.test(keyId));
});

test("Vault stopped for good, and the API server restarted: everything is still read within the KEK's age", async () => {
  for (const [name, value] of [
    ["one", "plain-marker-one"],
    ["rotating", "three"],
  ] as const) {
    assert.equal(await readSecret(plane, name), value);
  }
  // Both KEKs are in memory again since the key was granted: a restart now has the plugin unwrap them.
  await plane.restart("kube-apiserver");
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
  await vault.stop();
  await plane.restart("kube-apiserver");
  assert.equal(await readSecret(plane, "one"), "plain-marker-one");
  assert.equal(await readSecret(plane, "rotating"), "three");
  assert.equal((await putSecret(plane, "last", "four")).status, 201);
});

test("its log names no value and no token", () => {
  assert.match(plugin.log(), /refuses the key/);
  assert.doesNotMatch(plugin.log(), /plain-marker|hvs\./);
});
