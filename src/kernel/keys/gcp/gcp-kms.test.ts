import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { createCa } from "../../crypto/certificates.ts";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { openKey } from "../open-key.ts";
import type { WrappingKey } from "../wrapping-key.ts";
import { type GoogleCloud, startGoogleCloud } from "./testing/google-cloud.ts";

/** Google's own client, under Google's own names, against servers that refuse what Google's API description refuses. */
let cloud: GoogleCloud;
let folder: string;
const opened: WrappingKey[] = [];
const trusted = getCACertificates("default");
const { signal } = new AbortController();
const RING = "projects/lab/locations/europe-west3/keyRings/clusters/cryptoKeys";
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-gcp-"));
  const ca = await createCa({ commonName: "cloud", days: 2 });
  setDefaultCACertificates([...trusted, ca.certPem]);
  writeFileSync(join(folder, "ca.pem"), ca.certPem);
  process.env["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = join(folder, "ca.pem");
  cloud = await startGoogleCloud(ca);
  process.env["https_proxy"] = cloud.proxyUrl;
  process.env["NO_PROXY"] = "127.0.0.1";
  process.env["GCE_METADATA_HOST"] = cloud.metadataHost;
  process.env["HOME"] = folder;
});
after(async () => {
  for (const key of opened) await key.close();
  setDefaultCACertificates(trusted);
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => logInBy(cloud.logins.serviceAccount()));
afterEach(() => {
  cloud.down.clear();
  cloud.silent = false;
  cloud.logins.broken = undefined;
  cloud.kms.throttled = 0;
  cloud.kms.damage = "none";
  for (const one of ["useToEncrypt", "useToDecrypt"]) cloud.kms.permissions.add(one);
});

/** The file of application default credentials. */
function logInBy(content: string): void {
  process.env["GOOGLE_APPLICATION_CREDENTIALS"] = join(folder, "credentials.json");
  writeFileSync(join(folder, "credentials.json"), content, { mode: 0o600 });
}
async function open(name: string, parameters = ""): Promise<WrappingKey> {
  const key = await openKey(`gcp-kms://${RING}/${name}${parameters}`, systemClock);
  opened.push(key);
  return key;
}
const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof KustodyError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
const kek = (): Secret => Secret.fromBytes(Buffer.alloc(32, 5));

test("wraps and unwraps; the key id is the primary version's name; a new one wraps and the one before unwraps", async () => {
  const first = cloud.kms.addVersion(`${RING}/rotating`);
  const key = await open("rotating");
  const one = await key.wrap(kek(), signal);
  assert.equal(one.keyId, `gcp-kms.${first.name}`);
  const second = cloud.kms.addVersion(`${RING}/rotating`);
  const two = await key.wrap(kek(), signal);
  assert.equal(two.keyId, `gcp-kms.${second.name}`);
  const other = await open("rotating");
  for (const wrapped of [one, two]) {
    assert.ok(other.owns(wrapped.keyId));
    assert.ok((await other.unwrap(wrapped, signal)).equals(kek()));
  }
});

test("the context is a part of the key, in whatever order it is given: another one does not unwrap", async () => {
  cloud.kms.addVersion(`${RING}/context`);
  const wrapped = await (await open("context", "?context.cluster=a&context.stage=b")).wrap(kek(), signal);
  assert.ok(
    (await (await open("context", "?context.stage=b&context.cluster=a")).unwrap(wrapped, signal)).equals(kek()),
  );
  const other = await open("context", "?context.cluster=b&context.stage=b");
  await assert.rejects(other.unwrap(wrapped, signal), failsWith("KST_KEY_MISMATCH", /INVALID_ARGUMENT/));
});

test("a version that is disabled or destroyed is refused, and an enabled one works again", async () => {
  const version = cloud.kms.addVersion(`${RING}/states`);
  const key = await open("states");
  const wrapped = await key.wrap(kek(), signal);
  for (const state of ["DISABLED", "DESTROYED"] as const) {
    version.state = state;
    await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", new RegExp(state)));
    await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", new RegExp(state)));
  }
  version.state = "ENABLED";
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
});

test("a key that is absent or not allowed is refused", async () => {
  await assert.rejects((await open("absent")).wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /NOT_FOUND/));
  cloud.kms.addVersion(`${RING}/guarded`);
  const key = await open("guarded");
  const wrapped = await key.wrap(kek(), signal);
  cloud.kms.permissions.clear();
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /useToEncrypt/));
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", /useToDecrypt/));
});

test("changed and foreign ciphertexts are mismatches", async () => {
  cloud.kms.addVersion(`${RING}/changed`);
  const key = await open("changed");
  const wrapped = await key.wrap(kek(), signal);
  const changed = Buffer.from(wrapped.bytes);
  changed[30] = (changed[30] ?? 0) ^ 1;
  for (const bytes of [changed, wrapped.bytes.subarray(0, 10), Buffer.alloc(40, 9)]) {
    await assert.rejects(
      key.unwrap({ ...wrapped, bytes }, signal),
      failsWith("KST_KEY_MISMATCH", /ciphertext is invalid/),
    );
  }
  for (const keyId of [wrapped.keyId.replace("changed", "other"), `${wrapped.keyId}x`, `gcp-kms.${RING}/changed`]) {
    assert.ok(!key.owns(keyId));
    await assert.rejects(key.unwrap({ ...wrapped, keyId }, signal), failsWith("KST_KEY_MISMATCH", /another key/));
  }
});

test("what was damaged on the way is noticed by its CRC32C, in both directions", async () => {
  cloud.kms.addVersion(`${RING}/damaged`);
  const key = await open("damaged");
  const wrapped = await key.wrap(kek(), signal);
  for (const damage of ["request", "reply"] as const) {
    cloud.kms.damage = damage;
    await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /damaged/));
  }
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_UNREACHABLE", /damaged/));
});

test("throttling, a service that is down and one that is silent are outages, told within the time given", async () => {
  cloud.kms.addVersion(`${RING}/weather`);
  const key = await open("weather");
  const wrapped = await key.wrap(kek(), signal);
  cloud.kms.throttled = 1;
  const before = cloud.kms.calls;
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_UNREACHABLE", /Quota exceeded/));
  assert.equal(cloud.kms.calls, before + 1, "asked once");
  cloud.silent = true;
  await assert.rejects(key.unwrap(wrapped, AbortSignal.timeout(200)), failsWith("KST_KEY_UNREACHABLE", /abort/i));
  cloud.silent = false;
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  cloud.down.add("cloudkms.googleapis.com");
  const other = await open("weather");
  await assert.rejects(other.wrap(kek(), AbortSignal.timeout(2000)), failsWith("KST_KEY_UNREACHABLE", /./));
});

test("logs in as a user and as the machine; a refused login is a refusal, and one that is down an outage", async () => {
  cloud.kms.addVersion(`${RING}/login`);
  logInBy(cloud.logins.authorizedUser());
  const key = await open("login");
  assert.ok((await key.unwrap(await key.wrap(kek(), signal), signal)).equals(kek()));
  assert.deepEqual(cloud.logins.asked, ["/token"], "nobody is asked for a project, which would take seconds");
  logInBy(cloud.logins.authorizedUser("revoked"));
  await assert.rejects((await open("login")).wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /invalid_grant/));
  logInBy(cloud.logins.authorizedUser());
  cloud.down.add("oauth2.googleapis.com");
  const waiting = await open("login");
  await assert.rejects(waiting.wrap(kek(), AbortSignal.timeout(2000)), failsWith("KST_KEY_UNREACHABLE", /./));
  cloud.down.clear();
  assert.match((await waiting.wrap(kek(), signal)).keyId, /^gcp-kms\./);
  delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
  const machine = await open("login");
  const wrapped = await machine.wrap(kek(), signal);
  assert.ok((await machine.unwrap(wrapped, signal)).equals(kek()));
  cloud.logins.revokeTokens();
  await assert.rejects(machine.unwrap(wrapped, signal), failsWith("KST_KEY_REFUSED", /UNAUTHENTICATED/));
});

test("addresses that can't be meant are refused with the reason", async () => {
  for (const place of [RING, `${RING}/k/cryptoKeyVersions/1`, "projects/p", `${RING}/k?aad=x`, `/${RING}/k`]) {
    await assert.rejects(
      openKey(`gcp-kms://${place}`, systemClock),
      failsWith("KST_KEY_URI", /write|no parameter/),
      place,
    );
  }
});
