import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createCa } from "../../../kernel/crypto/certificates.ts";
import type { GrpcClient } from "../../../kernel/grpc/connect-grpc.ts";
import { type GoogleCloud, startGoogleCloud } from "../../../kernel/keys/gcp/testing/google-cloud.ts";
import type { KeyVersion } from "../../../kernel/keys/gcp/testing/kms-server.ts";
import { until } from "./testing/encrypted-plane.ts";
import { endPlugins, kmsClient, type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

/** The plugin with a key in Google Cloud KMS, which it finds under its own name behind a proxy. */
const KEY = "projects/lab/locations/europe-west3/keyRings/clusters/cryptoKeys/kubernetes";
let folder: string;
let cloud: GoogleCloud;
let key: KeyVersion;
let plugin: PluginProcess;
let client: GrpcClient;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-kms-gcp-"));
  const ca = await createCa({ commonName: "cloud", days: 2 });
  cloud = await startGoogleCloud(ca);
  key = cloud.kms.addVersion(KEY);
  writeFileSync(join(folder, "ca.pem"), ca.certPem);
  writeFileSync(join(folder, "account.json"), cloud.logins.serviceAccount(), { mode: 0o600 });
  plugin = await startPlugin(join(folder, "kms.sock"), ["--key", `gcp-kms://${KEY}?context.cluster=test`], {
    GOOGLE_APPLICATION_CREDENTIALS: join(folder, "account.json"),
    https_proxy: cloud.proxyUrl,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: join(folder, "ca.pem"),
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

test("a new primary version is taken up without a restart, and what the one before encrypted is decrypted", async () => {
  assert.equal(await status(), `gcp-kms.${key.name}`);
  const plaintext = Buffer.alloc(32, 4);
  const reply = await client.call<Record<string, unknown>>("Encrypt", { plaintext, uid: "test" }, 3000);
  assert.ok("message" in reply);
  const next = cloud.kms.addVersion(KEY);
  await afterProbe((seen) => seen === `gcp-kms.${next.name}`);
  const decrypted = await client.call<{ plaintext: Buffer }>("Decrypt", reply.message, 3000);
  assert.ok("message" in decrypted && decrypted.message.plaintext.equals(plaintext));
  key = next;
});

test("a disabled version is a gRPC error as soon as a probe sees it, and an enabled one is no error any more", async () => {
  key.state = "DISABLED";
  await afterProbe((seen) => seen === "FAILED_PRECONDITION");
  key.state = "ENABLED";
  await afterProbe((seen) => seen.startsWith("gcp-kms."));
});

test("a service that does not answer is an outage: Status stays as it was", async () => {
  cloud.silent = true;
  plugin.child.kill("SIGHUP");
  await until("the plugin notices", async () => plugin.log().includes("cannot be reached"), 20);
  assert.match(await status(), /^gcp-kms\./);
  assert.ok(!plugin.log().includes("PRIVATE KEY"));
});
