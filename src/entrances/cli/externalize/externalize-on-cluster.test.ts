import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { after, before, test } from "node:test";
import { Secrets, ServiceAccounts } from "../../../kernel/kube/index.ts";
import { applyManifests } from "../../../kernel/kube/manifests/apply-manifests.ts";
import type { Manifest } from "../../../kernel/kube/manifests/manifest.ts";
import { openManifests } from "../../../kernel/kube/manifests/read-manifests.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { administer, type VaultAdmin } from "../../../kernel/stores/testing/vault-admin.ts";
import { startVault, type VaultServer } from "../../../lab/index.ts";
import { ExternalSecrets } from "../../../practices/managers/index.ts";
import { CRD_SETS, startWithCrds } from "../../../practices/managers/testing/crd-sets.ts";
import { OperatorRig } from "../../operator/testing/operator-rig.ts";
import { run } from "../run.ts";

let rig: OperatorRig;
let vault: VaultServer;
let admin: VaultAdmin;
let folder: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-externalize-"));
  vault = await startVault();
  admin = administer(vault);
  await admin.call("POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } });
  await admin.call("POST", "sys/policies/acl/writer", {
    policy: 'path "kv/data/*" { capabilities = ["create", "update", "read"] }',
  });
  await admin.call("POST", "sys/policies/acl/reader", { policy: 'path "kv/data/*" { capabilities = ["read"] }' });
  rig = await OperatorRig.start({ controllerManager: true });
  for (const name of ["shop", "closed", "kept"]) await rig.namespace(name, { shop: name === "closed" ? "no" : "yes" });
  const secrets = rig.kube.namespaced(Secrets, "kept");
  for (const policy of ["writer", "reader"])
    await secrets.create({ metadata: { name: policy }, data: { token: await admin.token([policy]) } });
  await secrets.create({ metadata: { name: "wrong" }, data: { token: Secret.fromText("hvs.wrong-canary") } });
  const caBundle = Buffer.from(vault.caPem).toString("base64");
  const conditions = [{ namespaceSelector: { matchLabels: { shop: "yes" } } }];
  for (const name of ["writer", "reader", "wrong"]) {
    const auth = { tokenSecretRef: { name, namespace: "kept", key: "token" } };
    await rig.clusterStore(name, {
      conditions,
      provider: { vault: { server: vault.url, path: "kv", caBundle, auth } },
    });
  }
  await keepInSecrets();
  await rig.clusterStore("local", { provider: { local: {} } });
  await rig.operator({ local: { file: path.join(folder, "kst") } });
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  await admin?.close();
  await vault?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A SecretStore of namespace shop whose values are Secrets of namespace kept. */
async function keepInSecrets(): Promise<void> {
  await rig.kube.namespaced(ServiceAccounts, "shop").create({ metadata: { name: "keeper" } });
  const subject = { kind: "ServiceAccount", name: "keeper", namespace: "shop" };
  const verbs = ["get", "list", "create", "update"];
  await rig.allow("kept", "keeper", subject, [{ apiGroups: [""], resources: ["secrets"], verbs }]);
  const auth = { serviceAccount: { name: "keeper" } };
  const caProvider = { type: "ConfigMap", name: "kube-root-ca.crt", key: "ca.crt" };
  const server = { url: rig.plane.server, caProvider };
  await rig.secretStore("shop", "kept", { provider: { kubernetes: { remoteNamespace: "kept", server, auth } } });
}

async function externalize(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const terminal = { stdin: new PassThrough(), stdout, stderr, stdoutIsTty: false, stderrIsTty: false };
  const code = await run(["externalize", ...args, "--kubeconfig", rig.plane.kubeconfig], terminal);
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? "";
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const DATA: Readonly<Record<string, Buffer>> = {
  password: Buffer.from("correct-horse-é-\u0000-\u2028-<&>"),
  "empty.value": Buffer.alloc(0),
  config: Buffer.from('# a file\n{"k": "v\\n"}\n\ttab\r\n'),
  number: Buffer.from("5432"),
};
const BINARY = { ...DATA, key: Buffer.from([0, 255, 254, 128, 10, 13]) };

function manifest(name: string, data: Readonly<Record<string, Buffer>>): string {
  const lines = Object.entries(data).map(([key, value]) => `  ${key}: "${value.toString("base64")}"\n`);
  return `# keep me\napiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: shop\n  labels: { app: shop }\ntype: Opaque\ndata:\n${lines.join("")}`;
}

/** Applies an edited file, and compares what the operator makes of it. */
async function arrives(file: string, name: string, data: Readonly<Record<string, Buffer>>): Promise<void> {
  const source = await openManifests([file], { base: folder });
  const manifests = [...source.read()].filter((event): event is Manifest => event.type === "object");
  assert.deepEqual(
    manifests.map(({ object }) => object.kind),
    ["ExternalSecret"],
  );
  await applyManifests(rig.kube, manifests, { fieldManager: "test", custom: [ExternalSecrets] });
  await rig.ready("shop", name);
  const synced = await rig.secret("shop", name);
  const found = Object.entries(synced?.data ?? {}).map(([key, value]) => [key, value.unwrap().toString("hex")]);
  const wanted = Object.entries(data).map(([key, value]) => [key, value.toString("hex")]);
  assert.deepEqual(new Map(found as [string, string][]), new Map(wanted as [string, string][]));
  assert.equal(synced?.metadata.labels?.["app"], "shop");
}

const STORES = [
  { name: "writer", flags: ["--store", "ClusterSecretStore/writer"], what: "Vault" },
  {
    name: "kept",
    flags: ["--store", "SecretStore/kept", "--key", "{namespace}.{name}"],
    what: "Secrets of a namespace",
  },
  { name: "local", flags: ["--store", "ClusterSecretStore/local"], what: "a local file" },
];
for (const { name, flags, what } of STORES) {
  test(`values go to ${what}, and the operator brings the very same bytes back`, async () => {
    for (const [suffix, data] of [
      ["text", DATA],
      ["binary", BINARY],
    ] as const) {
      const file = path.join(folder, `${name}-${suffix}.yaml`);
      await writeFile(file, manifest(`${name}-${suffix}`, data));
      const local = name === "local" ? ["--local-store", path.join(folder, "kst")] : [];
      const dry = await externalize(file, ...flags, ...local, "--no-history");
      assert.equal(dry.code, 0, dry.stderr + dry.stdout);
      assert.match(dry.stdout, suffix === "text" ? /to be written {2}Secret/ : /to be written in base64/);
      assert.equal(await readFile(file, "utf8"), manifest(`${name}-${suffix}`, data));
      const applied = await externalize(file, ...flags, ...local, "--no-history", "--apply");
      assert.equal(applied.code, 0, applied.stderr + applied.stdout);
      assert.match(applied.stdout, /1 at the manager, 1 of them written now; read back, the same/);
      assert.doesNotMatch(dry.stdout + applied.stdout, /correct-horse|Y29ycmVjdC/);
      assert.match(await readFile(file, "utf8"), /^# keep me\n/);
      await arrives(file, `${name}-${suffix}`, data);
    }
  });
}

const HINDERED: [what: string, store: string, namespace: string, says: RegExp][] = [
  ["credentials that Vault does not know", "wrong", "shop", /(denied|unauthenticated): /],
  ["a policy that may only read", "reader", "shop", /it was not written: denied/],
  ["a store whose conditions don't admit the namespace", "writer", "closed", /do not admit namespace closed/],
];
for (const [what, store, namespace, says] of HINDERED) {
  test(`${what}: the file stays, and no value and no token is told`, async () => {
    const file = path.join(folder, `hindered-${store}-${namespace}.yaml`);
    const before = `apiVersion: v1\nkind: Secret\nmetadata: {name: h-${store}}\nstringData: {password: correct-horse}\n`;
    await writeFile(file, before);
    const flags = ["--store", `ClusterSecretStore/${store}`, "--namespace", namespace, "--no-history", "--apply"];
    const { code, stdout, stderr } = await externalize(file, ...flags);
    assert.equal(code, 1, stderr);
    assert.match(stdout, says);
    assert.doesNotMatch(stdout + stderr, /correct-horse|hvs\./);
    assert.equal(await readFile(file, "utf8"), before);
  });
}

test("a store that is not there is told by its name", async () => {
  const { code, stdout } = await externalize(
    path.join(folder, "hindered-writer-closed.yaml"),
    "--store",
    "SecretStore/none",
    "--namespace",
    "shop",
  );
  assert.equal(code, 1);
  assert.match(stdout, /In the way[\s\S]*none/);
});

test("Vault going down in the middle leaves the other files as they are, and another run ends the job", async () => {
  const names = ["m1", "m2"];
  for (const name of names)
    await writeFile(path.join(folder, `${name}.yaml`), manifest(name, { k: Buffer.from(`value-${name}`) }));
  const files = names.map((name) => path.join(folder, `${name}.yaml`));
  await admin.call("POST", "sys/seal");
  const down = await externalize(...files, "--store", "ClusterSecretStore/writer", "--no-history", "--apply");
  assert.equal(down.code, 1);
  assert.match(down.stdout, /sealed/);
  assert.match(await readFile(files[0] ?? "", "utf8"), /kind: Secret/);
  await admin.call("POST", "sys/unseal", { key: vault.unsealKey.unwrap().toString() });
  const up = await externalize(...files, "--store", "ClusterSecretStore/writer", "--no-history", "--apply");
  assert.equal(up.code, 0, up.stdout);
  assert.equal(
    (await readdir(folder)).some((name) => name.endsWith(".kustody")),
    false,
  );
});

for (const set of CRD_SETS) {
  test(`the API server with the CRDs of ${set} takes a typed Secret's ExternalSecret, template and all`, async () => {
    await using cluster = await startWithCrds(set, { components: { controllerManager: false } });
    const file = path.join(folder, `typed-${set}.yaml`);
    const typed = manifest("typed", { "tls.key": Buffer.from([0, 255]), "tls.crt": Buffer.from("cert") });
    await writeFile(file, typed.replace("type: Opaque", "type: kubernetes.io/tls\nimmutable: true"));
    const local = ["--local-store", path.join(folder, `kst-${set}`), "--no-history", "--apply"];
    const applied = await externalize(file, "--store", "ClusterSecretStore/local", ...local);
    assert.equal(applied.code, 0, applied.stdout);
    const source = await openManifests([file], { base: folder });
    const manifests = [...source.read()].filter((event): event is Manifest => event.type === "object");
    const metadata = { name: "typed", namespace: "default" };
    const placed = manifests.map((one) => ({ ...one, object: { ...one.object, metadata } }));
    await applyManifests(cluster.kube, placed, { fieldManager: "test", custom: [ExternalSecrets] });
    const { spec } = await cluster.kube.namespaced(ExternalSecrets, "default").get("typed");
    assert.deepEqual(spec.target?.template, {
      engineVersion: "v2",
      mergePolicy: "Merge",
      type: "kubernetes.io/tls",
      metadata: { labels: { app: "shop" } },
    });
    assert.equal(spec.dataFrom?.[0]?.extract?.decodingStrategy, "Base64");
  });
}
