import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { startVault, type VaultServer } from "../../../lab/servers/vault.ts";
import { KustodyError } from "../../errors.ts";
import {
  ClusterRoleBindings,
  connectKube,
  type Kube,
  Namespaces,
  RoleBindings,
  Roles,
  requestToken,
  Secrets,
  ServiceAccounts,
} from "../../kube/index.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import type { Identity } from "../identity.ts";
import { openStore, type StorePorts } from "../open-store.ts";
import { resolveSpec } from "../resolve-spec.ts";
import { isStoreError, isValue, type Read, type Ref, type Store } from "../store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { administer } from "../testing/vault-admin.ts";
import { propertyOfFields } from "../value/property.ts";

let plane: ControlPlane;
let kube: Kube;
let caBundle: string;
const { signal } = new AbortController();

before(async () => {
  plane = await startControlPlane();
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  caBundle = (await readFile(plane.caFile)).toString("base64");
  for (const name of ["remote", "team"]) await kube.cluster(Namespaces).create({ metadata: { name } });
  for (const name of ["reader", "nobody"])
    await kube.namespaced(ServiceAccounts, "team").create({ metadata: { name } });
  const verbs = ["get", "list", "create", "update", "delete"];
  await kube
    .namespaced(Roles, "remote")
    .create({ metadata: { name: "secrets" }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs }] });
  await kube.namespaced(RoleBindings, "remote").create({
    metadata: { name: "reader" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "secrets" },
    subjects: [{ kind: "ServiceAccount", namespace: "team", name: "reader" }],
  });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

/** As the operator has them: references are read with its own rights. */
const ports: StorePorts = {
  clock: systemClock,
  async secret({ namespace, name, key = "" }) {
    const { data = {} } = await kube.namespaced(Secrets, namespace).get(name);
    const value = data[key];
    assert.ok(value !== undefined, `no entry ${key}`);
    return value;
  },
  configMap: () => Promise.reject(new Error("none here")),
  async serviceAccountToken({ namespace, name }, { audiences, expirationSeconds }) {
    return (await requestToken(kube, { namespace, serviceAccount: name, audiences, expirationSeconds })).token;
  },
};

const storeOf = (serviceAccount: string): Promise<Store> => {
  const identity: Identity = { store: { kind: "SecretStore", namespace: "team", name: "s", uid: "u", generation: 1 } };
  const provider = {
    kubernetes: {
      server: { url: plane.server, caBundle },
      remoteNamespace: "remote",
      auth: { serviceAccount: { name: serviceAccount } },
    },
  };
  return openStore(resolveSpec(provider, { storeKind: "SecretStore", namespace: "team" }), identity, ports);
};
const read = async (store: Store, ref: Ref): Promise<Read> =>
  (await store.read([ref], new Map(), signal)).get(ref) as Read;
const text = (answer: Read): string => {
  assert.ok(isValue(answer), JSON.stringify(answer));
  return answer.value.unwrap().toString();
};

storeContract("kubernetes", {
  open: () => storeOf("reader"),
  stop: async () => {},
  async put(key, payload) {
    const data = { v: Secret.fromBytes(Buffer.from(payload)) };
    await kube
      .namespaced(Secrets, "remote")
      .apply({ metadata: { name: key }, data }, { fieldManager: "test", force: true });
  },
  payload: ({ properties }) => Buffer.from(properties?.get("v")?.unwrap() ?? ""),
  wrap: (payload) => Secret.fromText(JSON.stringify({ v: payload.toString() })),
  capabilities: ["find", "write", "remove"],
  carriesBinary: true,
  largest: 768 * 1024,
  writesConditionally: true,
  keepsVersions: false,
  openDenied: () => storeOf("nobody"),
});

describe("the kubernetes store", () => {
  test("the whole value is JSON of all data, as ESO gives it; properties keep every byte; metadata comes on request", async () => {
    const data = {
      z: Secret.fromText("<&>"),
      "a.b": Secret.fromBytes(Buffer.from([0, 0xff])),
      cfg: Secret.fromText('{"user":"u"}'),
    };
    const labels = { "app.kubernetes.io/name": "x" };
    await kube.namespaced(Secrets, "remote").create({ metadata: { name: "whole", labels }, data });
    const store = await storeOf("reader");
    const whole = await read(store, { key: "whole" });
    assert.equal(text(whole), '{"a.b":"\\u0000\\ufffd","cfg":"{\\"user\\":\\"u\\"}","z":"<&>"}');
    assert.ok(isValue(whole) && whole.properties !== undefined);
    assert.deepEqual(propertyOfFields(whole.properties, "a.b").unwrap(), Buffer.from([0, 0xff]));
    assert.equal(propertyOfFields(whole.properties, "cfg.user").unwrap().toString(), "u");
    assert.deepEqual(JSON.parse(text(await read(store, { key: "whole", part: "metadata" }))), {
      annotations: null,
      labels,
    });
    const found: string[] = [];
    for await (const { key } of store.find?.({ tags: labels }, signal) ?? []) found.push(key);
    assert.deepEqual(found, ["whole"]);
    await store.close();
  });

  test("an identity without rights is told so by validate, and one that the server doesn't know is a failed login", async () => {
    const denied = await storeOf("nobody");
    assert.equal((await denied.validate(signal))?.error, "denied");
    await denied.close();
    const bad = await openStore(
      resolveSpec(
        { kubernetes: { server: { url: plane.server, caBundle }, auth: { serviceAccount: { name: "reader" } } } },
        { storeKind: "SecretStore", namespace: "team" },
      ),
      { store: { kind: "SecretStore", namespace: "team", name: "s", uid: "u", generation: 1 } },
      { ...ports, serviceAccountToken: async () => Secret.fromText("e30.e30.e30") },
    );
    const answer = await read(bad, { key: "plain" });
    assert.equal(isStoreError(answer) && answer.error, "unauthenticated");
    await bad.close();
  });
});

describe("a kubeconfig in a Secret", () => {
  const kubeconfig = (user: object, cluster: object = {}): string =>
    JSON.stringify({
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server: plane.server, "certificate-authority-data": caBundle, ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "somewhere-else" } }],
    });
  const openWith = async (name: string, text: string): Promise<Store> => {
    const data = { kubeconfig: Secret.fromText(text) };
    await kube.namespaced(Secrets, "team").create({ metadata: { name }, data });
    const provider = { kubernetes: { remoteNamespace: "remote", authRef: { name, key: "kubeconfig" } } };
    const spec = resolveSpec(provider, { storeKind: "SecretStore", namespace: "team" });
    const identity: Identity = {
      store: { kind: "SecretStore", namespace: "team", name: "s", uid: "u", generation: 1 },
    };
    return await openStore(spec, identity, ports);
  };

  test("with a token or a client certificate it says all that the store needs", async () => {
    const { token } = await requestToken(kube, { namespace: "team", serviceAccount: "reader", audiences: [] });
    const pki = path.join(plane.dataDir, "pki");
    const base64 = async (file: string) => (await readFile(path.join(pki, file))).toString("base64");
    const users = {
      "with-token": { token: token.unwrap().toString() },
      "with-certificate": {
        "client-certificate-data": await base64("admin.crt"),
        "client-key-data": await base64("admin.key"),
      },
    };
    for (const [name, user] of Object.entries(users)) {
      const store = await openWith(name, kubeconfig(user));
      assert.equal(await store.validate(signal), undefined);
      assert.equal(text(await read(store, { key: "plain" })), '{"v":"hello"}');
      await store.close();
    }
  });

  test("what would start a program, read a file of the operator or leave TLS unchecked is refused, without its values", async () => {
    const token = "canary-17";
    const refused: [string, object, object?][] = [
      ["an exec plugin", { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sh" } }],
      ["tokenFile", { token, tokenFile: "/var/run/secrets/kubernetes.io/serviceaccount/token" }],
      ["client-certificate", { "client-certificate": "/etc/passwd", "client-key": "/etc/passwd" }],
      ["certificate-authority", { token }, { "certificate-authority": "/etc/passwd" }],
      ["proxy-url", { token }, { "proxy-url": "http://canary-17@proxy" }],
      ["insecure-skip-tls-verify", { token }, { "insecure-skip-tls-verify": true }],
    ];
    for (const [n, [field, user, cluster]] of refused.entries()) {
      await assert.rejects(openWith(`refused-${n}`, kubeconfig(user, cluster)), (error: unknown) => {
        assert.ok(error instanceof KustodyError);
        assert.equal(error.code, "KST_KUBE_CONFIG");
        assert.ok(error.message.includes(`uses ${field}, which a store may not`), error.message);
        return !JSON.stringify(error).includes("canary");
      });
    }
    await assert.rejects(openWith("no-kubeconfig", "canary: [17"), (error: unknown) => {
      return error instanceof KustodyError && error.code === "KST_KUBE_CONFIG" && !error.message.includes("canary");
    });
  });
});

describe("a vault store of a ClusterSecretStore with referent authentication", () => {
  let vault: VaultServer;
  before(async () => {
    vault = await startVault();
  });
  after(async () => {
    await vault?.stop();
  });

  test("each namespace logs in as its own ServiceAccount, which Vault has the API server confirm", async () => {
    const admin = administer(vault);
    try {
      await kube.namespaced(ServiceAccounts, "kube-system").create({ metadata: { name: "vault" } });
      await kube.cluster(ClusterRoleBindings).create({
        metadata: { name: "vault" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
        subjects: [{ kind: "ServiceAccount", namespace: "kube-system", name: "vault" }],
      });
      const reviewer = await requestToken(kube, { namespace: "kube-system", serviceAccount: "vault", audiences: [] });
      await admin.call("POST", "sys/mounts/secret", { type: "kv", options: { version: "2" } });
      await admin.call("POST", "secret/data/team/db", { data: { password: "p" } });
      await admin.call("POST", "sys/policies/acl/team", {
        policy: 'path "secret/data/team/*" { capabilities = ["read"] }',
      });
      await admin.call("POST", "sys/auth/kubernetes", { type: "kubernetes" });
      await admin.call("POST", "auth/kubernetes/config", {
        kubernetes_host: plane.server,
        kubernetes_ca_cert: await readFile(plane.caFile, "utf8"),
        token_reviewer_jwt: reviewer.token.unwrap().toString(),
      });
      await admin.call("POST", "auth/kubernetes/role/app", {
        bound_service_account_names: ["reader"],
        bound_service_account_namespaces: ["team"],
        token_policies: ["team"],
      });
      await kube.namespaced(ServiceAccounts, "remote").create({ metadata: { name: "reader" } });
      const provider = {
        vault: {
          server: vault.url,
          path: "secret",
          caBundle: Buffer.from(vault.caPem).toString("base64"),
          auth: { kubernetes: { mountPath: "kubernetes", role: "app", serviceAccountRef: { name: "reader" } } },
        },
      };
      const storeFor = (asker: string): Promise<Store> => {
        const identity: Identity = {
          store: { kind: "ClusterSecretStore", name: "v", uid: "u", generation: 1 },
          namespace: asker,
        };
        return openStore(resolveSpec(provider, { storeKind: "ClusterSecretStore", asker }), identity, ports);
      };
      const own = await storeFor("team");
      assert.equal(text(await read(own, { key: "team/db" })), '{"password":"p"}');
      await own.close();
      const foreign = await storeFor("remote");
      const answer = await read(foreign, { key: "team/db" });
      assert.equal(isStoreError(answer) && answer.error, "unauthenticated");
      await foreign.close();
    } finally {
      await admin.close();
    }
  });
});
