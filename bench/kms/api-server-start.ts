import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { writeEncryptionConfig } from "../../src/entrances/plugins/kms/testing/encrypted-plane.ts";
import { kmsClient, startPlugin } from "../../src/entrances/plugins/kms/testing/plugin-process.ts";
import { adminRequest, readIdentity } from "../../src/lab/admin-client.ts";
import { probe } from "../../src/lab/https-probe.ts";
import { type ControlPlane, startControlPlane, startMoto } from "../../src/lab/index.ts";
import { type EncryptedSeed, storedSecret } from "./stored-secrets.ts";

const SECRETS = 10_000;
const SEEDS = 200;
const KEKS = 8;
const METRICS = "127.0.0.1:19473";

/**
 * An API server starts over 10,000 Secrets under 200 seeds, which plugins of 8 starts (so, under 8 KEKs) encrypted; the
 * plugin has just started as well. How often does it ask the key service?
 */
export async function apiServerStart(folder: string): Promise<void> {
  await using moto = await startMoto();
  const env = { AWS_ACCESS_KEY_ID: "lab", AWS_SECRET_ACCESS_KEY: "lab" };
  Object.assign(process.env, env);
  const admin = new KMSClient({ endpoint: moto.endpoint, region: moto.region });
  const arn = (await admin.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
  admin.destroy();
  const socketPath = join(folder, "aws.sock");
  const args = ["--key", `aws-kms://${arn}?endpoint=${moto.endpoint}`, "--metrics-listen", METRICS];
  const seeds: EncryptedSeed[] = [];
  for (let kek = 0; kek < KEKS; kek++) {
    const plugin = await startPlugin(socketPath, args, env);
    const client = await kmsClient(socketPath);
    for (let n = 0; n < SEEDS / KEKS; n++) {
      const seed = randomBytes(32);
      const reply = await client.call<Omit<EncryptedSeed, "seed">>("Encrypt", { plaintext: seed, uid: "bench" }, 3000);
      if ("status" in reply) throw new Error(reply.details);
      seeds.push({ seed, ...reply.message });
    }
    client.close();
    await plugin.end();
  }
  let plugin = await startPlugin(socketPath, args, env);
  const encryptionConfig = await writeEncryptionConfig(join(folder, "aws.yaml"), { kustody: socketPath });
  await using plane = await startControlPlane({ components: { controllerManager: false }, encryptionConfig });
  await fill(plane, seeds);
  // The API server has read them as they came; a new plugin knows none of their KEKs.
  await plugin.end();
  plugin = await startPlugin(socketPath, args, env);
  const before = await counters();
  const began = performance.now();
  await plane.restart("kube-apiserver");
  const seconds = (performance.now() - began) / 1000;
  const { body } = await adminRequest(plane, "/api/v1/secrets?limit=1");
  const remaining = (body as { metadata: { remainingItemCount?: number } }).metadata.remainingItemCount ?? 0;
  const after = await counters();
  if (remaining + 1 < SECRETS) throw new Error(`only ${remaining + 1} Secrets are there`);
  console.log(
    `\n${SECRETS} Secrets under ${SEEDS} seeds and ${KEKS} KEKs, AWS KMS by moto; the plugin started anew too:`,
  );
  console.log(
    "| API server ready, s | Decrypts of the API server | unwraps of KEKs by the key service |\n|---|---|---|",
  );
  // A probe wraps and unwraps once each: what was unwrapped beyond that was asked for.
  const unwraps = after.unwrap - before.unwrap - (after.wrap - before.wrap);
  console.log(`| ${seconds.toFixed(1)} | ${after.decrypts - before.decrypts} | ${unwraps} |`);
  await plugin.end();
}

async function fill(plane: ControlPlane, seeds: readonly EncryptedSeed[]): Promise<void> {
  const identity = await readIdentity(plane.etcd);
  const BATCH = 100;
  for (let start = 0; start < SECRETS; start += BATCH) {
    const success = Array.from({ length: BATCH }, (_, at) => {
      const name = `bench-${start + at}`;
      const path = `/registry/secrets/default/${name}`;
      const by = seeds[(start + at) % seeds.length];
      if (by === undefined) throw new Error("there are no seeds");
      const value = storedSecret("kustody", path, name, `value of ${name}`, by).toString("base64");
      return { requestPut: { key: Buffer.from(path).toString("base64"), value } };
    });
    const reply = await probe(`${plane.etcd.endpoint}/v3/kv/txn`, identity, { method: "POST", json: { success } });
    if (reply.status !== 200) throw new Error(reply.body);
  }
}

async function counters(): Promise<{ wrap: number; unwrap: number; decrypts: number }> {
  const text = await (await fetch(`http://${METRICS}/metrics`)).text();
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    wrap: sum(/^kustody_kms_key_service_calls_total\{operation="wrap".*\} (\d+)$/gm),
    unwrap: sum(/^kustody_kms_key_service_calls_total\{operation="unwrap".*\} (\d+)$/gm),
    decrypts: sum(/^kustody_kms_requests_total\{method="Decrypt".*\} (\d+)$/gm),
  };
}
