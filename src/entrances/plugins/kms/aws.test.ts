import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { GrpcClient } from "../../../kernel/grpc/connect-grpc.ts";
import { type MotoServer, startMoto } from "../../../lab/index.ts";
import { until } from "./testing/encrypted-plane.ts";
import { endPlugins, kmsClient, type PluginProcess, startPlugin } from "./testing/plugin-process.ts";

/** The plugin with a key that moto keeps as AWS KMS would. */
let folder: string;
let moto: MotoServer;
let admin: KMSClient;
let keyId: string;
let plugin: PluginProcess;
let client: GrpcClient;
const AWS = { AWS_ACCESS_KEY_ID: "lab", AWS_SECRET_ACCESS_KEY: "lab" };
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-kms-aws-"));
  moto = await startMoto();
  Object.assign(process.env, AWS);
  admin = new KMSClient({ endpoint: moto.endpoint, region: moto.region });
  keyId = (await admin.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? "";
  const uri = `aws-kms://${keyId}?region=${moto.region}&endpoint=${moto.endpoint}&context.cluster=test`;
  plugin = await startPlugin(join(folder, "kms.sock"), ["--key", uri], AWS);
  client = await kmsClient(join(folder, "kms.sock"));
});
after(async () => {
  client?.close();
  endPlugins();
  admin?.destroy();
  await moto?.stop();
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

test("seeds are encrypted under a KEK that AWS KMS wraps; what was encrypted is decrypted after a restart", async () => {
  assert.match(await status(), /^aws-kms\.arn:aws:kms:us-east-1:\d+:key\//);
  const plaintext = Buffer.alloc(32, 4);
  const reply = await client.call<Record<string, unknown>>("Encrypt", { plaintext, uid: "test" }, 3000);
  assert.ok("message" in reply);
  await plugin.end();
  const uri = `aws-kms://${keyId}?region=${moto.region}&endpoint=${moto.endpoint}&context.cluster=test`;
  plugin = await startPlugin(join(folder, "kms.sock"), ["--key", uri], AWS);
  client.close();
  client = await kmsClient(join(folder, "kms.sock"));
  const decrypted = await client.call<{ plaintext: Buffer }>("Decrypt", reply.message, 3000);
  assert.ok("message" in decrypted && decrypted.message.plaintext.equals(plaintext));
});

test("a disabled key is a gRPC error as soon as a probe sees it, and an enabled one is no error any more", async () => {
  await admin.send(new DisableKeyCommand({ KeyId: keyId }));
  await afterProbe((seen) => seen === "FAILED_PRECONDITION");
  await admin.send(new EnableKeyCommand({ KeyId: keyId }));
  await afterProbe((seen) => seen.startsWith("aws-kms."));
});

test("AWS out of reach: Status stays as it was", async () => {
  await moto.stop();
  plugin.child.kill("SIGHUP");
  await until("the plugin notices", async () => plugin.log().includes("cannot be reached"), 20);
  assert.match(await status(), /^aws-kms\./);
});
