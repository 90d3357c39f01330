import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { GrpcClient } from "../../../kernel/grpc/connect-grpc.ts";
import { type AzureCloud, startAzureCloud } from "../../../kernel/keys/azure/testing/azure-cloud.ts";
import { CLIENT, TENANT } from "../../../kernel/keys/azure/testing/entra-server.ts";
import type { KeyVersion } from "../../../kernel/keys/azure/testing/key-vault-server.ts";
import { until } from "./testing/encrypted-plane.ts";
import { endPlugins, kmsClient, type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

/** The plugin with a key in a Key Vault, which it finds under its own name behind a proxy. */
let folder: string;
let cloud: AzureCloud;
let key: KeyVersion;
let plugin: PluginProcess;
let client: GrpcClient;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-kms-azure-"));
  cloud = await startAzureCloud();
  key = cloud.vault.addVersion("kubernetes");
  writeFileSync(join(folder, "ca.pem"), cloud.caPem);
  plugin = await startPlugin(join(folder, "kms.sock"), ["--key", "azure-kv://lab.vault.azure.net/kubernetes"], {
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: CLIENT,
    AZURE_CLIENT_SECRET: cloud.entra.clientSecret,
    HTTPS_PROXY: cloud.proxyUrl,
    NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
  });
  client = await kmsClient(join(folder, "kms.sock"));
});
after(async () => {
  client?.close();
  endPlugins();
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const status = async (): Promise<string> => {
  const reply = await client.call<{ key_id: string }>("Status", {}, 3000);
  return "message" in reply ? reply.message.key_id : reply.status;
};
const afterProbe = async (isIt: (status: string) => boolean): Promise<void> => {
  plugin.child.kill("SIGHUP");
  await until("Status follows the key", async () => isIt(await status()), 20);
};

test("a new version is taken up without a restart, and what the one before encrypted is decrypted", async () => {
  assert.equal(await status(), `azure-kv.lab.vault.azure.net/kubernetes/${key.version}`);
  const plaintext = Buffer.alloc(32, 4);
  const reply = await client.call<Record<string, unknown>>("Encrypt", { plaintext, uid: "test" }, 3000);
  assert.ok("message" in reply);
  const next = cloud.vault.addVersion("kubernetes");
  await afterProbe((seen) => seen === `azure-kv.lab.vault.azure.net/kubernetes/${next.version}`);
  const decrypted = await client.call<{ plaintext: Buffer }>("Decrypt", reply.message, 3000);
  assert.ok("message" in decrypted && decrypted.message.plaintext.equals(plaintext));
  key = next;
});

test("a disabled key is a gRPC error as soon as a probe sees it, and an enabled one is no error any more", async () => {
  key.enabled = false;
  await afterProbe((seen) => seen === "FAILED_PRECONDITION");
  key.enabled = true;
  await afterProbe((seen) => seen.startsWith("azure-kv."));
});

test("a vault that does not answer is an outage: Status stays as it was", async () => {
  cloud.silent.add("lab.vault.azure.net");
  plugin.child.kill("SIGHUP");
  await until("the plugin notices", async () => plugin.log().includes("cannot be reached"), 20);
  assert.match(await status(), /^azure-kv\./);
  assert.ok(!plugin.log().includes(cloud.entra.clientSecret));
});
