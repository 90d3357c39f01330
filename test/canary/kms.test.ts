import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kmsClient } from "../../src/entrances/plugins/kms/testing/plugin-process.ts";
import { startAzureCloud } from "../../src/kernel/keys/azure/testing/azure-cloud.ts";
import { CLIENT, TENANT } from "../../src/kernel/keys/azure/testing/entra-server.ts";
import { leaksIn, newCanary } from "./canary.ts";
import { runKustody, type Seen } from "./run-kustody.ts";

/** What passes through the KMS plugin is secret: seeds as plaintexts, the passphrase of its key, its credentials. */
const canaries = {
  seed: newCanary("seed"),
  passphrase: newCanary("passphrase"),
  token: newCanary("token"),
  client: newCanary("client"),
};
const all = Object.values(canaries);
const METRICS = "127.0.0.1:19476";
let folder = "";
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-canary-kms-"));
  await writeFile(path.join(folder, "passphrase"), `${canaries.passphrase.value}\n`, { mode: 0o600 });
  await writeFile(path.join(folder, "token"), canaries.token.value, { mode: 0o600 });
});
after(() => rm(folder, { recursive: true, force: true }));

function assertSilent(seen: Seen): void {
  for (const [where, text] of Object.entries(seen)) assert.deepEqual(leaksIn(String(text), all), [], where);
}

/** Calls the plugin in every way, right and wrong, and gives all that it said. */
async function exercise(socketPath: string): Promise<string> {
  const client = await kmsClient(socketPath);
  const said: unknown[] = [];
  try {
    let status = await client.call("Status", {}, 2000);
    for (let tries = 0; tries < 100 && "status" in status && status.details.includes("connect"); tries++) {
      await sleep(100);
      status = await client.call("Status", {}, 2000);
    }
    const plaintext = Buffer.from(canaries.seed.value);
    const reply = await client.call<Record<string, unknown>>("Encrypt", { plaintext, uid: "canary" }, 3000);
    said.push(
      status,
      reply,
      await client.call("Encrypt", { plaintext: Buffer.concat(Array(40).fill(plaintext)) }, 3000),
    );
    if ("message" in reply) {
      const decrypted = await client.call<{ plaintext: Buffer }>("Decrypt", reply.message, 3000);
      assert.ok("message" in decrypted && decrypted.message.plaintext.equals(plaintext));
      for (const change of [{ key_id: "other" }, { ciphertext: plaintext }, { annotations: {} }]) {
        said.push(await client.call("Decrypt", { ...reply.message, ...change }, 3000));
      }
    }
  } finally {
    client.close();
  }
  return JSON.stringify(said);
}

test("no canary leaks from a plugin that encrypts, decrypts and refuses: output, arguments, metrics, replies, files", async () => {
  const [keys, socketPath] = [path.join(folder, "kms.keys"), path.join(folder, "kms.sock")];
  const passphrase = path.join(folder, "passphrase");
  const init = ["kms", "key", "init", keys, "--recovery", `${keys}.copy`, "--passphrase-file", passphrase];
  assertSilent(await runKustody(init));
  const key = `local://${keys}?passphrase-file=${passphrase}`;
  let metrics = "";
  const exercised = exercise(socketPath).then(async (said) => {
    metrics = await (await fetch(`http://${METRICS}/metrics`)).text();
    return said;
  });
  const args = ["kms", "serve", "--listen", `unix://${socketPath}`, "--key", key, "--metrics-listen", METRICS];
  const seen = await runKustody([...args, "--log-level", "debug"], { interrupt: exercised });
  assert.match(seen.stderr, /refused a call/);
  assertSilent(seen);
  assert.match(await exercised, /KST_KMS_REQUEST/);
  assert.deepEqual(leaksIn(await exercised, all), [], "replies");
  assert.match(metrics, /kustody_kms_requests_total/);
  assert.deepEqual(leaksIn(metrics, all), [], "metrics");
  for (const name of (await readdir(folder)).filter((one) => one.startsWith("kms.keys"))) {
    assert.deepEqual(leaksIn(await readFile(path.join(folder, name)), all), [], name);
  }
});

test("no canary leaks from a plugin whose key service cannot be reached", async () => {
  const socketPath = path.join(folder, "vault.sock");
  const key = `vault-transit://127.0.0.1:1/transit/k?token-file=${path.join(folder, "token")}`;
  const exercised = exercise(socketPath);
  const args = ["kms", "serve", "--listen", `unix://${socketPath}`, "--key", key, "--log-level", "debug"];
  const seen = await runKustody(args, { interrupt: exercised });
  assert.match(seen.stderr, /cannot be reached/);
  assertSilent(seen);
  assert.match(await exercised, /UNAVAILABLE/);
  assert.deepEqual(leaksIn(await exercised, all), [], "replies");
});

test("no canary leaks from a plugin that logs in to Azure, with success and without", async () => {
  const cloud = await startAzureCloud();
  cloud.vault.addVersion("k");
  const authority = path.join(folder, "ca.pem");
  await writeFile(authority, cloud.caPem);
  const env = {
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: CLIENT,
    AZURE_CLIENT_SECRET: canaries.client.value,
    HTTPS_PROXY: cloud.proxyUrl,
    NODE_EXTRA_CA_CERTS: authority,
  };
  try {
    for (const [secret, heard] of [
      [canaries.client.value, /encrypting/],
      ["another", /AADSTS7000215/],
    ] as const) {
      cloud.entra.clientSecret = secret;
      const socketPath = path.join(folder, "azure.sock");
      const exercised = exercise(socketPath);
      const args = ["kms", "serve", "--listen", `unix://${socketPath}`, "--key", "azure-kv://lab.vault.azure.net/k"];
      const seen = await runKustody([...args, "--log-level", "debug"], { interrupt: exercised, env });
      assert.match(seen.stderr, heard);
      assertSilent(seen);
      assert.deepEqual(leaksIn(await exercised, all), [], "replies");
    }
  } finally {
    await cloud.stop();
  }
});
