import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { administer, type VaultAdmin } from "../../kernel/stores/testing/vault-admin.ts";
import { startVault, type VaultServer } from "../../lab/index.ts";
import { SecretStores } from "../../practices/managers/model/resources.ts";
import { OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
let vault: VaultServer;
let admin: VaultAdmin;
before(async () => {
  vault = await startVault();
  admin = administer(vault);
  await admin.call("POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } });
  await admin.call("POST", "kv/data/db", { data: { user: "app", password: "from-vault" } });
  await admin.call("POST", "sys/policies/acl/reader", {
    policy: 'path "kv/data/*" { capabilities = ["read"] } path "kv/metadata/*" { capabilities = ["read", "list"] }',
  });
  rig = await OperatorRig.start();
  await rig.operator();
  const secrets = rig.kube.namespaced(Secrets, "default");
  await secrets.create({ metadata: { name: "good" }, data: { token: await admin.token(["reader"]) } });
  await secrets.create({ metadata: { name: "bad" }, data: { token: Secret.fromText("hvs.wrong") } });
  for (const name of ["good", "bad"]) {
    const caBundle = Buffer.from(vault.caPem).toString("base64");
    const auth = { tokenSecretRef: { name, key: "token" } };
    await rig.secretStore("default", name, { provider: { vault: { server: vault.url, path: "kv", caBundle, auth } } });
  }
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  await admin?.close();
  await vault?.stop();
});

test("values of a real Vault arrive, whole and by property, and a new version with a forced sync", async () => {
  const dataFrom = [{ extract: { key: "db" } }];
  const data = [{ secretKey: "only", remoteRef: { key: "db", property: "password" } }];
  await rig.externalSecret("default", "db", { secretStoreRef: { name: "good" }, dataFrom, data });
  await rig.ready("default", "db");
  assert.deepEqual(await rig.values("default", "db"), { user: "app", password: "from-vault", only: "from-vault" });
  await rig.storeReady("default", "good");
  await admin.call("POST", "kv/data/db", { data: { user: "app", password: "rotated" } });
  await rig.patch("default", "db", { metadata: { annotations: { "external-secrets.io/force-sync": "now" } } });
  await rig.until("rotated", async () => (await rig.values("default", "db"))?.["only"] === "rotated");
});

test("a search walks a real Vault's folders and leaves out what was deleted", async () => {
  for (const key of ["a", "deep/b", "gone"]) await admin.call("POST", `kv/data/apps/${key}`, { data: { k: key } });
  await admin.call("DELETE", "kv/data/apps/gone", undefined);
  const rewrite = [{ regexp: { source: "^apps/", target: "" } }, { regexp: { source: "/", target: "." } }];
  const dataFrom = [{ find: { path: "apps", name: { regexp: "." } }, rewrite }];
  await rig.externalSecret("default", "apps", { secretStoreRef: { name: "good" }, dataFrom });
  await rig.ready("default", "apps");
  assert.deepEqual(await rig.values("default", "apps"), { a: '{"k":"a"}', "deep.b": '{"k":"deep/b"}' });
});

test("a store with fields that have no effect syncs, and says which they are", async () => {
  const caBundle = Buffer.from(vault.caPem).toString("base64");
  const vaultSpec = {
    server: vault.url,
    path: "kv",
    caBundle,
    caProvider: { type: "ConfigMap", name: "not-there", key: "ca" },
    tls: { certSecretRef: { name: "not-there" } },
    readYourWrites: true,
    checkAndSet: { required: true },
    auth: { tokenSecretRef: { name: "good", key: "token" }, ldap: { username: "u", path: "ldap", secretRef: {} } },
  };
  await rig.secretStore("default", "too-much", { provider: { vault: vaultSpec } });
  await rig.externalSecret("default", "too-much", wants("too-much", { k: "db" }));
  await rig.ready("default", "too-much");
  await rig.storeReady("default", "too-much");
  const { status } = await rig.kube.namespaced(SecretStores, "default").get("too-much");
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  assert.equal(ready?.reason, "Valid");
  const message =
    /^store validated; without effect: auth\.ldap \(.*\), tls \(.*\), caProvider \(caBundle comes first\)$/;
  assert.match(ready?.message ?? "", message);
});

test("a read that must not lag is sent on to the active node, where Vault's configuration lets it", async () => {
  const { spec } = await rig.kube.namespaced(SecretStores, "default").get("good");
  const consistent = { ...spec.provider["vault"], readYourWrites: true, forwardInconsistent: true };
  await rig.secretStore("default", "consistent", { provider: { vault: consistent } });
  await rig.externalSecret("default", "consistent", wants("consistent", { k: "db" }));
  // This Vault has no `allow_forwarding_via_header`: by its refusal the header is known to have arrived.
  await rig.ready("default", "consistent", { status: "False", message: /X-Vault-Inconsistent=forward-active-node/ });
});

test("wrong credentials are named in Vault's own words, and no other store suffers", async () => {
  await rig.externalSecret("default", "refused", wants("bad", { k: "db" }));
  const object = await rig.ready("default", "refused", { status: "False", message: /spec\.data\[0\] \(key "db"/ });
  assert.match(object.status?.conditions?.[0]?.message ?? "", /denied|unauthenticated/);
  await rig.storeReady("default", "bad", "False");
  await rig.externalSecret("default", "beside", wants("good", { k: "db" }));
  await rig.ready("default", "beside");
});

test("a sealed Vault touches no Secret, and all goes on when it is unsealed", async () => {
  const before = (await rig.secret("default", "db"))?.metadata.resourceVersion;
  await admin.call("POST", "sys/seal");
  await rig.patch("default", "db", { metadata: { annotations: { "external-secrets.io/force-sync": "sealed" } } });
  await rig.ready("default", "db", { status: "False", message: /sealed/ });
  assert.equal((await rig.secret("default", "db"))?.metadata.resourceVersion, before);
  await admin.call("POST", "sys/unseal", { key: vault.unsealKey.unwrap().toString() });
  await rig.ready("default", "db");
});

test("no value and no token is in any line of the log", () => {
  assert.ok(rig.log.length > 0);
  assert.doesNotMatch(rig.log.join(""), /from-vault|rotated"|hvs\./);
});
