import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startVault, type VaultServer } from "../../../lab/index.ts";
import { createCa, issueLeaf } from "../../crypto/certificates.ts";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { administer, type VaultAdmin } from "../../stores/testing/vault-admin.ts";
import { openKey } from "../open-key.ts";
import type { WrappingKey } from "../wrapping-key.ts";

/** On a real Vault. */
let folder: string;
let vault: VaultServer;
let admin: VaultAdmin;
const opened: WrappingKey[] = [];
const { signal } = new AbortController();
const POLICY = [
  'keys/*" {capabilities=["read"]}',
  'encrypt/*" {capabilities=["update"]}',
  'decrypt/*" {capabilities=["update"]}',
]
  .map((line) => `path "transit/${line}`)
  .join("\n");

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-transit-"));
  vault = await startVault();
  admin = administer(vault);
  await admin.call("POST", "sys/mounts/transit", { type: "transit" });
  await admin.call("POST", "sys/policies/acl/kms", { policy: POLICY });
  write("token", (await admin.token(["kms"])).unwrap());
});
after(async () => {
  for (const key of opened) await key.close();
  await admin?.close();
  await vault?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
}

async function open(name: string, auth = `token-file=${join(folder, "token")}`): Promise<WrappingKey> {
  const place = `${vault.url.replace("https://", "vault-transit://")}/transit/${name}`;
  const key = await openKey(`${place}?ca-file=${vault.caFile}&${auth}`, systemClock);
  opened.push(key);
  return key;
}

const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof KustodyError && error.code === code && message.test(error.message);
const kek = (): Secret => Secret.fromBytes(Buffer.alloc(32, 5));

test("wraps and unwraps; a rotation gives another key id, and the version before still unwraps", async () => {
  await admin.call("POST", "transit/keys/rotating", {});
  const key = await open("rotating");
  const one = await key.wrap(kek(), signal);
  assert.match(one.keyId, /^vault-transit\.[0-9a-f]{16}\.1\.\d+$/);
  assert.match(one.bytes.toString(), /^vault:v1:/);
  await admin.call("POST", "transit/keys/rotating/rotate", {});
  const two = await key.wrap(kek(), signal);
  assert.match(two.keyId, /\.2\.\d+$/);
  const other = await open("rotating");
  for (const wrapped of [one, two]) {
    assert.ok(other.owns(wrapped.keyId));
    assert.ok((await other.unwrap(wrapped, signal)).equals(kek()));
  }
});

test("a version below min_decryption_version is a mismatch, not an outage", async () => {
  await admin.call("POST", "transit/keys/minimum", {});
  const key = await open("minimum");
  const old = await key.wrap(kek(), signal);
  await admin.call("POST", "transit/keys/minimum/rotate", {});
  await admin.call("POST", "transit/keys/minimum/config", { min_decryption_version: 2 });
  await assert.rejects(key.unwrap(old, signal), failsWith("KST_KEY_MISMATCH", /too old|has no version 1/));
  assert.match((await key.wrap(kek(), signal)).keyId, /\.2\.\d+$/);
});

test("a key id of another version, another key or a key made anew under the same name is refused", async () => {
  await admin.call("POST", "transit/keys/anew", {});
  const key = await open("anew");
  const wrapped = await key.wrap(kek(), signal);
  const said = { ...wrapped, keyId: wrapped.keyId.replace(/\.1\.(\d+)$/, ".2.$1") };
  await assert.rejects(key.unwrap(said, signal), failsWith("KST_KEY_MISMATCH", /another version/));
  assert.ok(!(await open("rotating")).owns(wrapped.keyId));
  await admin.call("POST", "transit/keys/anew/config", { deletion_allowed: true });
  await admin.call("DELETE", "transit/keys/anew");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /404/));
  await admin.call("POST", "transit/keys/anew", {});
  const anew = await key.wrap(kek(), signal);
  assert.notEqual(anew.keyId, wrapped.keyId, "both are version 1");
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_MISMATCH", /no version 1 made at/));
});

test("a key that does not exist is refused and not created; a token without the policy is refused", async () => {
  const key = await open("absent");
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /404/));
  const { keys } = (await admin.call("GET", "transit/keys?list=true"))["data"] as { keys: string[] };
  assert.ok(!keys.includes("absent"));
  const poor = await open("rotating", `token-file=${write("poor", (await admin.token(["default"])).unwrap())}`);
  await assert.rejects(poor.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /403/));
});

test("a sealed Vault is out of reach, and answers again when it is unsealed", async () => {
  const key = await open("rotating");
  const wrapped = await key.wrap(kek(), signal);
  await admin.call("POST", "sys/seal");
  await assert.rejects(key.unwrap(wrapped, signal), failsWith("KST_KEY_UNREACHABLE", /sealed/));
  await admin.call("POST", "sys/unseal", { key: vault.unsealKey.unwrap().toString() });
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
});

test("logs in with AppRole, and a secret id that was revoked is a refusal", async () => {
  await admin.call("POST", "sys/auth/approle", { type: "approle" });
  await admin.call("POST", "auth/approle/role/kms", { token_policies: ["kms"], token_ttl: "1m" });
  const { role_id: roleId } = (await admin.call("GET", "auth/approle/role/kms/role-id"))["data"] as { role_id: string };
  const { secret_id: secretId } = (await admin.call("POST", "auth/approle/role/kms/secret-id"))["data"] as {
    secret_id: string;
  };
  const parameters = `auth=approle&role-id-file=${write("role-id", roleId)}&secret-id-file=${write("secret-id", `${secretId}\n`)}`;
  assert.match((await (await open("rotating", parameters)).wrap(kek(), signal)).keyId, /^vault-transit\./);
  await admin.call("POST", "auth/approle/role/kms/secret-id/destroy", { secret_id: secretId });
  const revoked = await open("rotating", parameters);
  await assert.rejects(revoked.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /the login failed/));
});

test("logs in with a client certificate", async () => {
  const ca = await createCa({ commonName: "clients", days: 2 });
  const leaf = await issueLeaf(ca, { commonName: "plugin", days: 1, usages: ["client"] });
  await admin.call("POST", "sys/auth/cert", { type: "cert" });
  await admin.call("POST", "auth/cert/certs/kms", { certificate: ca.certPem, token_policies: ["kms"] });
  const files = `cert-file=${write("tls.crt", leaf.certPem)}&key-file=${write("tls.key", leaf.keyPem.unwrap())}`;
  const key = await open("rotating", `auth=cert&role=kms&${files}`);
  assert.match((await key.wrap(kek(), signal)).keyId, /^vault-transit\./);
});

test("addresses that can't be meant are refused with the reason", async () => {
  const cases: [string, RegExp][] = [
    ["vault-transit://host:1/transit", /HOST:PORT\/MOUNT\/KEY/],
    ["vault-transit://host:1/../../sys/KEY?token-file=/x", /HOST:PORT\/MOUNT\/KEY/],
    ["vault-transit://host:1/transit/k", /auth=token needs token-file/],
    ["vault-transit://host:1/transit/k?auth=ldap", /auth is token/],
    ["vault-transit://host:1/transit/k?auth=kubernetes", /auth=kubernetes needs role/],
    ["vault-transit://host:1/transit/k?token=hvs.x&token-file=/x", /no parameter token$/],
    ["vault-transit://host:1/transit/k?token-file=/a&token-file=/b", /token-file is given twice/],
    ["vault://host/transit/k", /it begins with local:/],
  ];
  for (const [uri, message] of cases)
    await assert.rejects(openKey(uri, systemClock), failsWith("KST_KEY_URI", message), uri);
});
