import assert from "node:assert/strict";
import { KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { inspect } from "node:util";
import { provideReflectMetadata } from "../../crypto/reflect-metadata.ts";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { openKey } from "../open-key.ts";
import type { WrappingKey } from "../wrapping-key.ts";
import { type AzureCloud, startAzureCloud } from "./testing/azure-cloud.ts";
import { CLIENT, TENANT } from "./testing/entra-server.ts";

/** Azure's own clients, under Azure's own names, against servers that refuse what Azure's API descriptions refuse. */
let cloud: AzureCloud;
let folder: string;
const opened: WrappingKey[] = [];
const trusted = getCACertificates("default");
const { signal } = new AbortController();
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-azure-"));
  cloud = await startAzureCloud();
  setDefaultCACertificates([...trusted, cloud.caPem]);
  process.env["HTTPS_PROXY"] = cloud.proxyUrl;
});
after(async () => {
  for (const key of opened) await key.close();
  setDefaultCACertificates(trusted);
  delete process.env["HTTPS_PROXY"];
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() =>
  logInBy({ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_SECRET: cloud.entra.clientSecret }),
);
afterEach(() => {
  cloud.down.clear();
  cloud.silent.clear();
  cloud.entra.broken = undefined;
  cloud.vault.throttled = 0;
  for (const one of ["get", "wrapKey", "unwrapKey"]) cloud.vault.permissions.add(one);
});

function logInBy(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith("AZURE_"))) delete process.env[name];
  Object.assign(process.env, variables);
}
async function open(place: string): Promise<WrappingKey> {
  const key = await openKey(`azure-kv://${place}`, systemClock);
  opened.push(key);
  return key;
}
const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof KustodyError);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(!inspect(error, { depth: 9 }).includes(cloud.entra.clientSecret));
    return true;
  };
const kek = (): Secret => Secret.fromBytes(Buffer.alloc(32, 5));

test("wraps and unwraps; the key id names vault, key and version; a new version wraps and the one before unwraps", async () => {
  const first = cloud.vault.addVersion("rotating");
  const key = await open("lab.vault.azure.net/rotating");
  const one = await key.wrap(kek(), signal);
  assert.equal(one.keyId, `azure-kv.lab.vault.azure.net/rotating/${first.version}`);
  assert.equal(one.bytes.length, 256);
  const second = cloud.vault.addVersion("rotating");
  const two = await key.wrap(kek(), signal);
  assert.equal(two.keyId, `azure-kv.lab.vault.azure.net/rotating/${second.version}`);
  const other = await open("lab.vault.azure.net/rotating");
  for (const wrapped of [one, two]) {
    assert.ok(other.owns(wrapped.keyId));
    assert.ok((await other.unwrap(wrapped, signal)).equals(kek()));
  }
  const before = cloud.calls.length;
  await key.unwrap(await key.wrap(kek(), signal), signal);
  const at = `https://lab.vault.azure.net/keys/rotating`;
  const operations = ["wrapkey", "unwrapkey"].map((name) => `POST ${at}/${second.version}/${name}`);
  assert.deepEqual(cloud.calls.slice(before), [`GET ${at}/`, ...operations], "the vault does all of it");
});

test("a version in the address wraps, though there is a newer one, and no other version is its own", async () => {
  const { version } = cloud.vault.addVersion("pinned");
  const newer = cloud.vault.addVersion("pinned");
  const key = await open(`lab.vault.azure.net/pinned/${version}`);
  const wrapped = await key.wrap(kek(), signal);
  assert.equal(wrapped.keyId, `azure-kv.lab.vault.azure.net/pinned/${version}`);
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  const keyId = wrapped.keyId.replace(version, newer.version);
  assert.ok(key.owns(wrapped.keyId) && !key.owns(keyId));
  await assert.rejects(key.unwrap({ ...wrapped, keyId }, signal), failsWith("KST_KEY_MISMATCH", /another key/));
});

test("an AES key of a Managed HSM wraps by A256KW, with a token for that service", async () => {
  cloud.hsm.addVersion("aes", "oct-HSM");
  const key = await open("lab.managedhsm.azure.net/aes");
  const wrapped = await key.wrap(kek(), signal);
  assert.equal(wrapped.bytes.length, 40);
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
});

test("a disabled version is refused and an enabled one works again; an expired one unwraps only", async () => {
  const version = cloud.vault.addVersion("states");
  const key = await open("lab.vault.azure.net/states");
  const wrapped = await key.wrap(kek(), signal);
  version.enabled = false;
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /403 .*disabled key/));
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", /403 .*disabled key/));
  version.enabled = true;
  version.exp = 1;
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /403 .*expired/));
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
});

test("keys that are gone, of a kind that can't wrap, or not allowed are refused", async () => {
  const absent = await open("lab.vault.azure.net/absent");
  await assert.rejects(absent.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /404 KeyNotFound/));
  cloud.vault.addVersion("curve", "EC");
  const curve = await open("lab.vault.azure.net/curve");
  await assert.rejects(curve.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /of the kind EC/));
  cloud.vault.addVersion("guarded");
  const key = await open("lab.vault.azure.net/guarded");
  const wrapped = await key.wrap(kek(), signal);
  for (const permission of ["get", "wrapKey"]) {
    cloud.vault.permissions.delete(permission);
    await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /403 .*not authorized/));
    cloud.vault.permissions.add(permission);
  }
  cloud.vault.permissions.delete("unwrapKey");
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", /403 .*keys\/unwrapKey/));
});

test("changed, cut and foreign ciphertexts are mismatches", async () => {
  cloud.vault.addVersion("changed");
  const key = await open("lab.vault.azure.net/changed");
  const wrapped = await key.wrap(kek(), signal);
  const changed = Buffer.from(wrapped.bytes);
  changed[9] = (changed[9] ?? 0) ^ 1;
  for (const bytes of [changed, wrapped.bytes.subarray(0, 200), Buffer.alloc(40)]) {
    await assert.rejects(key.unwrap({ ...wrapped, bytes }, signal), failsWith("KST_KEY_MISMATCH", /400 /));
  }
  const keyId = wrapped.keyId.replace("changed", "other");
  await assert.rejects(key.unwrap({ ...wrapped, keyId }, signal), failsWith("KST_KEY_MISMATCH", /another key/));
});

test("throttling, a vault that is down and one that is silent are outages, told within the time given", async () => {
  cloud.vault.addVersion("weather");
  const key = await open("lab.vault.azure.net/weather");
  const wrapped = await key.wrap(kek(), signal);
  cloud.vault.throttled = 1;
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /429/));
  assert.equal(cloud.vault.throttled, 0);
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  cloud.down.add("lab.vault.azure.net");
  const other = await open("lab.vault.azure.net/weather");
  await assert.rejects(other.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /./));
  cloud.down.clear();
  for (const host of ["lab.vault.azure.net", "login.microsoftonline.com"]) {
    cloud.silent.add(host);
    const waiting = await open("lab.vault.azure.net/weather");
    await assert.rejects(waiting.unwrap(wrapped, AbortSignal.timeout(200)), failsWith("KST_KEY_UNREACHABLE", /abort/i));
    cloud.silent.clear();
  }
});

test("a refused login is a refusal; a login service that is down or busy is an outage", async () => {
  cloud.vault.addVersion("login");
  const wrap = async (): Promise<unknown> => (await open("lab.vault.azure.net/login")).wrap(kek(), signal);
  cloud.entra.broken = { status: 503, body: { error: "temporarily_unavailable", error_description: "AADSTS90033" } };
  await assert.rejects(wrap(), failsWith("KST_KEY_UNREACHABLE", /AADSTS90033/));
  cloud.entra.broken = { status: 429, headers: { "retry-after": "30" } };
  await assert.rejects(wrap(), failsWith("KST_KEY_UNREACHABLE", /./));
  cloud.entra.broken = undefined;
  cloud.down.add("login.microsoftonline.com");
  await assert.rejects(wrap(), failsWith("KST_KEY_UNREACHABLE", /./));
  cloud.down.clear();
  process.env["AZURE_CLIENT_SECRET"] = "guessed";
  await assert.rejects(wrap(), failsWith("KST_KEY_REFUSED", /AADSTS7000215/));
});

test("logs in with a certificate", async () => {
  cloud.vault.addVersion("certificate");
  const { pem, certificate } = await rsaCertificate();
  const file = join(folder, "client.pem");
  writeFileSync(file, pem, { mode: 0o600 });
  logInBy({ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_CLIENT_CERTIFICATE_PATH: file });
  const stranger = await open("lab.vault.azure.net/certificate");
  await assert.rejects(stranger.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /invalid_client/));
  cloud.entra.certificate = certificate;
  const key = await open("lab.vault.azure.net/certificate");
  assert.ok((await key.unwrap(await key.wrap(kek(), signal), signal)).equals(kek()));
});

test("logs in with a federated token", async () => {
  cloud.vault.addVersion("workload");
  const file = join(folder, "token");
  writeFileSync(file, cloud.entra.federatedToken);
  logInBy({ AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT, AZURE_FEDERATED_TOKEN_FILE: file });
  const key = await open("lab.vault.azure.net/workload");
  assert.ok((await key.unwrap(await key.wrap(kek(), signal), signal)).equals(kek()));
  writeFileSync(file, "forged");
  const forged = await open("lab.vault.azure.net/workload");
  await assert.rejects(forged.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /AADSTS700213/));
});

test("logs in with the machine's identity, its own or the one named", async () => {
  cloud.vault.addVersion("machine");
  for (const variables of [{}, { AZURE_CLIENT_ID: CLIENT }]) {
    logInBy(variables);
    const key = await open("lab.vault.azure.net/machine");
    assert.ok((await key.unwrap(await key.wrap(kek(), signal), signal)).equals(kek()));
  }
  logInBy({ AZURE_CLIENT_ID: TENANT });
  const unknown = await open("lab.vault.azure.net/machine");
  await assert.rejects(unknown.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /Identity not found/));
});

test("a token that Key Vault does not take is a refusal", async () => {
  cloud.vault.addVersion("revoked");
  const key = await open("lab.vault.azure.net/revoked");
  const wrapped = await key.wrap(kek(), signal);
  cloud.entra.revokeTokens();
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", /401 .*AKV10022/));
});

test("addresses that can't be meant are refused with the reason", async () => {
  for (const place of [
    "vault/KEY",
    "lab.vault.azure.net",
    "a.b/c d",
    "a.b/c/d/e",
    "a.b:443/k",
    "a.b/k?client-secret=x",
  ]) {
    await assert.rejects(
      openKey(`azure-kv://${place}`, systemClock),
      failsWith("KST_KEY_URI", /VAULT|no parameter/),
      place,
    );
  }
});

async function rsaCertificate(): Promise<{ pem: string; certificate: X509Certificate }> {
  provideReflectMetadata();
  const { X509CertificateGenerator } = await import("@peculiar/x509");
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048 };
  const exponent = { publicExponent: new Uint8Array([1, 0, 1]) };
  const keys = await webcrypto.subtle.generateKey({ ...algorithm, ...exponent }, true, ["sign", "verify"]);
  const pem = (await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm: algorithm })).toString("pem");
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return { pem: `${pem}\n${key.toString()}`, certificate: new X509Certificate(pem) };
}
