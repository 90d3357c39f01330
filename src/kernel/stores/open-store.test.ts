import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { createCa, issueLeaf } from "../crypto/certificates.ts";
import { systemClock } from "../observe/clock.ts";
import { Secret } from "../secret/secret.ts";
import { textOfCertificates } from "./certificate-text.ts";
import type { Identity } from "./identity.ts";
import { renewedToken } from "./kubernetes/renewed-token.ts";
import { openStore, type StorePorts } from "./open-store.ts";
import { dependsOnAsker, resolveSpec } from "./resolve-spec.ts";
import type { ResolvedSpec } from "./resolved-spec.ts";
import { isValue, type Store } from "./store.ts";
import { ManualClock } from "./testing/manual-clock.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-open-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const own = { storeKind: "SecretStore", namespace: "team-a" } as const;
const cluster = { storeKind: "ClusterSecretStore", asker: "team-b" } as const;
const ports = (): StorePorts => ({
  clock: systemClock,
  secret: () => Promise.reject(new Error("not asked for")),
  configMap: () => Promise.reject(new Error("not asked for")),
  serviceAccountToken: () => Promise.reject(new Error("not asked for")),
  local: { file: path.join(folder, "local") },
});
const identity = (namespace?: string): Identity => ({
  store: { kind: "SecretStore", ...(namespace === undefined ? {} : { namespace }), name: "s", uid: "u", generation: 1 },
});
const textOf = async (store: Store, key: string): Promise<string | undefined> => {
  const ref = { key };
  const read = (await store.read([ref], new Map(), signal)).get(ref);
  return read !== undefined && isValue(read) ? read.value.unwrap().toString() : undefined;
};

test("CVE-2026-42875: no reference of a SecretStore's provider may name another namespace, caProvider included", () => {
  const vault = (more: object) => ({
    vault: { server: "https://v", auth: { tokenSecretRef: { name: "t", key: "k" } }, ...more },
  });
  const namespace = "kube-system";
  const specs = [
    vault({ caProvider: { type: "ConfigMap", name: "ca", key: "k", namespace } }),
    vault({ caProvider: { type: "Secret", name: "ca", key: "k", namespace } }),
    vault({ tls: { certSecretRef: { name: "c", namespace }, keySecretRef: { name: "c" } } }),
    vault({ auth: { tokenSecretRef: { name: "t", key: "k", namespace } } }),
    vault({ auth: { appRole: { roleId: "r", secretRef: { name: "t", namespace } } } }),
    vault({ auth: { kubernetes: { role: "r", serviceAccountRef: { name: "a", namespace } } } }),
    vault({ auth: { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: "a", namespace } } } } }),
    vault({ auth: { userPass: { username: "u", secretRef: { name: "t", namespace } } } }),
    vault({ auth: { cert: { clientCert: { name: "c", namespace }, secretRef: { name: "c" } } } }),
    { kubernetes: { auth: { serviceAccount: { name: "a", namespace } } } },
    { kubernetes: { auth: { token: { bearerToken: { name: "a", namespace } } } } },
    { kubernetes: { authRef: { name: "a", key: "kubeconfig", namespace } } },
    {
      kubernetes: {
        server: { caProvider: { type: "ConfigMap", name: "ca", namespace } },
        auth: { serviceAccount: { name: "a" } },
      },
    },
  ];
  for (const spec of specs) {
    assert.throws(() => resolveSpec(spec, own), { code: "KST_REFERENCE_FOREIGN" }, JSON.stringify(spec));
    assert.ok(resolveSpec(spec, cluster).kind.length > 0);
  }
});

test("credentials that come from the asking namespace make the identity depend on it", async () => {
  const spec = { vault: { server: "https://v", auth: { tokenSecretRef: { name: "t", key: "k" } } } };
  assert.equal(dependsOnAsker(resolveSpec(spec, cluster)), true);
  assert.equal(dependsOnAsker(resolveSpec(spec, own)), false);
  await assert.rejects(openStore(resolveSpec(spec, cluster), identity(), ports()), { code: "KST_STORE_SPEC" });
});

test("what is missing, unknown or not supported yet is named", () => {
  const wrong: [object, RegExp][] = [
    [{}, /exactly one provider/],
    [{ vault: {}, fake: {} }, /exactly one provider/],
    [{ passbolt: {} }, /provider passbolt is not supported yet/],
    [{ constructor: {} }, /provider constructor is not supported/],
    [{ vault: { server: "https://v", auth: { ldap: {} } } }, /auth\.ldap is not supported yet/],
    [{ vault: { server: "https://v", auth: {} } }, /no way to log in/],
    [{ vault: { auth: {} } }, /server/],
    [
      { vault: { server: "https://v", caBundle: "bm8=", auth: { tokenSecretRef: { name: "t" } } } },
      /caBundle holds no PEM/,
    ],
    [{ fake: { data: [{ value: "canary-1" }] } }, /data\.0\.key/],
  ];
  for (const [provider, message] of wrong) {
    assert.throws(
      () => resolveSpec(provider as Record<string, unknown>, own),
      (error: Error) => {
        assert.equal((error as { code?: string }).code, "KST_STORE_SPEC");
        assert.match(error.message, message);
        return !error.message.includes("canary");
      },
    );
  }
});

test("of several ways to log in the first in ESO's order is used, and what has no effect is named", () => {
  const ref = { name: "t", key: "k" };
  const vault = (auth: object, more: object = {}) =>
    resolveSpec({ vault: { server: "https://v", auth, ...more } }, own) as ResolvedSpec & { kind: "vault" };
  const userPass = { username: "u", secretRef: ref };
  const jwt = { role: "r", secretRef: ref };
  const several = vault({ ldap: {}, jwt, tokenSecretRef: ref });
  assert.equal(several.auth.method, "token");
  assert.deepEqual(several.unused, [
    "auth.ldap (auth.tokenSecretRef comes first)",
    "auth.jwt (auth.tokenSecretRef comes first)",
  ]);
  assert.equal(vault({ jwt, userPass }).auth.method, "userPass");
  assert.throws(() => vault({ ldap: {}, jwt }), /auth\.ldap is not supported yet/);
  const appRole = { roleId: "given", roleRef: ref, secretRef: ref };
  const byId = vault({ appRole }).auth;
  assert.equal(byId.method === "appRole" && byId.roleId, "given");
  const half = vault(
    { tokenSecretRef: ref },
    { tls: { certSecretRef: { name: "c" } }, version: "v1", checkAndSet: { required: true } },
  );
  assert.equal(half.clientCertificate, undefined);
  assert.deepEqual(half.unused, [
    "tls (it needs both certSecretRef and keySecretRef)",
    "checkAndSet (kv version 1 does not have it)",
  ]);
  const whole = vault(
    { tokenSecretRef: ref, cert: { clientCert: { name: "other" }, secretRef: { name: "other" } } },
    {
      tls: { certSecretRef: { name: "c" }, keySecretRef: { name: "c" } },
    },
  );
  const { certificate, key } = whole.clientCertificate ?? {};
  assert.deepEqual([certificate?.name, certificate?.key, key?.key], ["c", "tls.crt", "tls.key"]);
});

test("only readYourWrites and forwardInconsistent together forward to the active node, either follows the index", () => {
  const vault = (more: object) =>
    resolveSpec(
      { vault: { server: "https://v", auth: { tokenSecretRef: { name: "t" } }, ...more } },
      own,
    ) as ResolvedSpec & { kind: "vault" };
  const both = vault({ readYourWrites: true, forwardInconsistent: true, headers: { a: "b" } });
  assert.deepEqual(both.headers, { a: "b", "X-Vault-Inconsistent": "forward-active-node" });
  assert.equal(both.followsIndex, true);
  const forward = vault({ forwardInconsistent: true });
  assert.deepEqual([forward.headers, forward.followsIndex, vault({}).followsIndex], [{}, true, false]);
});

test("the local store gives each namespace its own folder, and cluster stores the whole", async () => {
  const spec = resolveSpec({ local: {} }, own);
  const [a, b, all] = await Promise.all([
    openStore(spec, identity("a"), ports()),
    openStore(spec, identity("b"), ports()),
    openStore(spec, identity(), ports()),
  ]);
  using value = Secret.fromText("of a");
  assert.equal(typeof (await a.write?.({ key: "db" }, value, undefined, signal)), "string");
  assert.deepEqual(
    [await textOf(a, "db"), await textOf(b, "db"), await textOf(b, "../a/db"), await textOf(all, "a/db")],
    ["of a", undefined, undefined, "of a"],
  );
  const { local: _, ...without } = ports();
  await assert.rejects(openStore(spec, identity("a"), without), { code: "KST_STORE_SPEC" });
  for (const store of [a, b, all]) await store.close();
});

test("a namespaced vault store never logs in as the operator itself", async () => {
  const provider = { vault: { server: "https://v", auth: { kubernetes: { role: "r" } } } };
  const ownToken = async () => Secret.fromText("token of the operator");
  await assert.rejects(openStore(resolveSpec(provider, own), identity("team-a"), { ...ports(), ownToken }), {
    code: "KST_STORE_SPEC",
  });
  await (await openStore(resolveSpec(provider, cluster), identity(), { ...ports(), ownToken })).close();
});

test("of a Secret's entry only certificates become text", async () => {
  const ca = await createCa({ commonName: "ca", days: 1 });
  const { certPem, keyPem } = await issueLeaf(ca, { commonName: "x", days: 1, usages: ["client"] });
  const both = Secret.fromBytes(Buffer.concat([Buffer.from(certPem), keyPem.unwrap(), Buffer.from(ca.certPem)]));
  const text = textOfCertificates(both);
  assert.equal(text.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.ok(!text.includes("PRIVATE"));
  assert.throws(() => textOfCertificates(keyPem), { code: "KST_STORE_SPEC" });
});

test("a bearer token is fetched once, again half-way through its life, and again when it is refused", async () => {
  const clock = new ManualClock();
  let fetched = 0;
  const source = renewedToken(async () => Secret.fromText(`token ${++fetched}`), clock);
  const [first] = await Promise.all([source.current(), source.current()]);
  assert.equal(fetched, 1);
  assert.equal(await source.rejected(first), false, "a token that is new is not the reason");
  await clock.advance(10_000);
  assert.equal(await source.rejected(first), true);
  await source.current();
  await clock.advance(1_800_000);
  await source.current();
  assert.equal(fetched, 3);
});
