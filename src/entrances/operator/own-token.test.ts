import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ClusterRoleBindings, requestToken, ServiceAccounts } from "../../kernel/kube/index.ts";
import { administer, type VaultAdmin } from "../../kernel/stores/testing/vault-admin.ts";
import { startVault, type VaultServer } from "../../lab/index.ts";
import { OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
let vault: VaultServer;
let admin: VaultAdmin;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-pod-"));
  vault = await startVault();
  admin = administer(vault);
  rig = await OperatorRig.start();
  const tokenOf = async (serviceAccount: string): Promise<string> => {
    await rig.kube.namespaced(ServiceAccounts, "kube-system").create({ metadata: { name: serviceAccount } });
    const request = { namespace: "kube-system", serviceAccount, audiences: [] };
    return (await requestToken(rig.kube, request)).token.unwrap().toString();
  };
  await rig.kube.cluster(ClusterRoleBindings).create({
    metadata: { name: "vault" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
    subjects: [{ kind: "ServiceAccount", namespace: "kube-system", name: "vault" }],
  });
  await admin.call("POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } });
  await admin.call("POST", "kv/data/db", { data: { password: "p" } });
  await admin.call("POST", "sys/policies/acl/reader", { policy: 'path "kv/data/*" { capabilities = ["read"] }' });
  await admin.call("POST", "sys/auth/kubernetes", { type: "kubernetes" });
  await admin.call("POST", "auth/kubernetes/config", {
    kubernetes_host: rig.plane.server,
    kubernetes_ca_cert: await readFile(rig.plane.caFile, "utf8"),
    token_reviewer_jwt: await tokenOf("vault"),
  });
  await admin.call("POST", "auth/kubernetes/role/operator", {
    bound_service_account_names: ["operator"],
    bound_service_account_namespaces: ["kube-system"],
    token_policies: ["reader"],
  });
  // As the kubelet gives it to a pod.
  const podTokenFile = join(folder, "token");
  await writeFile(podTokenFile, `${await tokenOf("operator")}\n`, { mode: 0o600 });
  await rig.operator({ podTokenFile });
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  await admin?.close();
  await vault?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

const storeSpec = (): object => ({
  provider: {
    vault: {
      server: vault.url,
      path: "kv",
      caBundle: Buffer.from(vault.caPem).toString("base64"),
      auth: { kubernetes: { mountPath: "kubernetes", role: "operator" } },
    },
  },
});

test("cluster stores that name no ServiceAccount log in as the operator itself, one after the other", async () => {
  for (const name of ["one", "two"]) {
    await rig.clusterStore(name, storeSpec());
    const secretStoreRef = { kind: "ClusterSecretStore", name };
    const dataFrom = [{ extract: { key: "db" } }];
    await rig.externalSecret("default", name, { secretStoreRef, dataFrom });
    await rig.ready("default", name);
    assert.deepEqual(await rig.values("default", name), { password: "p" });
  }
});

test("a store of a namespace never does", async () => {
  await rig.secretStore("default", "own", storeSpec());
  await rig.externalSecret("default", "own", wants("own", { k: "db" }));
  await rig.ready("default", "own", { status: "False", message: /names no serviceAccountRef or secretRef/ });
  assert.equal(await rig.secret("default", "own"), undefined);
});
