import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Secret } from "../kernel/secret/secret.ts";
import { type AdminReply, adminIdentity, adminRequest, readIdentity } from "./admin-client.ts";
import { probe } from "./https-probe.ts";
import { type ControlPlane, startControlPlane, stopDetached } from "./index.ts";
import { identify, isAlive } from "./process-identity.ts";

const VALUE = "correct-horse-battery-staple";
let folder: string;
let plane: ControlPlane;
let sink: Server;
const events: { verb: string; objectRef?: { resource?: string; name?: string } }[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
  sink = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      events.push(...(JSON.parse(Buffer.concat(chunks).toString()) as { items: typeof events }).items);
      outgoing.end("{}");
    });
  });
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
  const webhookConfig = join(folder, "webhook.kubeconfig");
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`;
  await writeFile(
    webhookConfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "sink", cluster: { server: url } }],
      contexts: [{ name: "sink", context: { cluster: "sink", user: "" } }],
      "current-context": "sink",
    }),
  );
  const encryptionConfig = join(folder, "encryption.yaml");
  const aescbc = { keys: [{ name: "key1", secret: randomBytes(32).toString("base64") }] };
  await writeFile(
    encryptionConfig,
    JSON.stringify({
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "EncryptionConfiguration",
      resources: [{ resources: ["secrets"], providers: [{ aescbc }, { identity: {} }] }],
    }),
    { mode: 0o600 },
  );
  plane = await startControlPlane({ encryptionConfig, audit: { webhookConfig }, name: "under-test" });
});

after(async () => {
  await plane?.stop();
  sink?.close();
  sink?.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

const SECRETS = "/api/v1/namespaces/default/secrets";

function createSecret(target: ControlPlane, name: string): Promise<AdminReply> {
  return adminRequest(target, SECRETS, { json: { metadata: { name }, stringData: { password: VALUE } } });
}

/** What etcd holds under a key, as bytes. */
async function rawBytes(target: ControlPlane, key: string): Promise<Buffer> {
  const json = { key: Buffer.from(key).toString("base64") };
  const { body } = await probe(`${target.etcd.endpoint}/v3/kv/range`, await readIdentity(target.etcd), {
    method: "POST",
    json,
  });
  const [found] = (JSON.parse(body) as { kvs: { value: string }[] }).kvs;
  assert.ok(found, `etcd has ${key}`);
  return Buffer.from(found.value, "base64");
}

test("a control plane answers over TLS with certificates of its own CA, to which its kubeconfig leads", async () => {
  const { status, body } = await adminRequest(plane, "/version");
  assert.equal(status, 200);
  assert.match((body as { gitVersion: string }).gitVersion, /^v1\.\d+\.\d+$/);
  const kubeconfig = await readFile(plane.kubeconfig, "utf8");
  assert.ok(kubeconfig.includes(`server: ${plane.server}\n`));
  assert.ok(kubeconfig.includes("current-context: under-test\n"));
  assert.equal((await stat(plane.kubeconfig)).mode & 0o777, 0o600);
  assert.deepEqual(
    plane.processes().map(({ component }) => component),
    ["etcd", "kube-apiserver", "kube-controller-manager"],
  );
});

test("etcd talks to nobody without a certificate of its own CA", async () => {
  const url = `${plane.etcd.endpoint}/v3/kv/range`;
  const options = { method: "POST", json: { key: Buffer.from("/").toString("base64") } };
  const { caPem } = await readIdentity(plane.etcd);
  await assert.rejects(probe(url, { caPem }, options));
  await assert.rejects(probe(url, { ...(await adminIdentity(plane)), caPem }, options));
  assert.equal((await probe(url, await readIdentity(plane.etcd), options)).status, 200);
});

test("RBAC is on: a service account is refused, and allowed once a role says so", async () => {
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  await adminRequest(plane, accounts, { json: { metadata: { name: "reader" } } });
  const request = { json: { spec: { expirationSeconds: 600 } } };
  const { body } = await adminRequest(plane, `${accounts}/reader/token`, request);
  const text = (body as { status: { token: string } }).status.token;
  const token = Secret.fromText(text);
  assert.equal((await adminRequest(plane, SECRETS, { token })).status, 403);
  assert.equal((await adminRequest(plane, SECRETS, { token: Secret.fromText(`${text}x`) })).status, 401);
  await adminRequest(plane, `${rbac}/roles`, {
    json: { metadata: { name: "reader" }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }] },
  });
  await adminRequest(plane, `${rbac}/rolebindings`, {
    json: {
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
    },
  });
  for (let left = 200; (await adminRequest(plane, SECRETS, { token })).status !== 200; left--) {
    assert.ok(left > 0, "the role never took effect");
    await sleep(25);
  }
});

test("the encryption configuration is honoured: etcd does not hold the value", async () => {
  assert.equal((await createSecret(plane, "encrypted")).status, 201);
  const bytes = await rawBytes(plane, "/registry/secrets/default/encrypted");
  assert.equal(bytes.subarray(0, 23).toString(), "k8s:enc:aescbc:v1:key1:");
  assert.equal(bytes.includes(VALUE), false);
});

test("the audit webhook hears of a Secret that is read", async () => {
  await createSecret(plane, "audited");
  await adminRequest(plane, `${SECRETS}/audited`);
  const heard = () => events.some((event) => event.verb === "get" && event.objectRef?.name === "audited");
  for (let left = 400; !heard(); left--) {
    assert.ok(left > 0, "the event never came");
    await sleep(25);
  }
});

test("a second control plane runs beside the first; without encryption, etcd holds the value", async () => {
  await using second = await startControlPlane({ components: { controllerManager: false } });
  assert.notEqual(second.server, plane.server);
  await createSecret(second, "plain");
  assert.equal((await rawBytes(second, "/registry/secrets/default/plain")).includes(VALUE), true);
  assert.equal((await adminRequest(plane, `${SECRETS}/plain`)).status, 404);
  await second.stop();
  assert.equal(existsSync(second.dataDir), false, "throw-away data is thrown away");
});

test("a control plane continues from its data folder, and outlives its program once it is detached", async () => {
  const dataDir = join(folder, "continued");
  const components = { controllerManager: false };
  const first = await startControlPlane({ dataDir, components });
  await createSecret(first, "continued");
  const ca = await readFile(first.caFile, "utf8");
  await first.stop();
  const second = await startControlPlane({ dataDir, components });
  try {
    assert.equal(await readFile(second.caFile, "utf8"), ca);
    assert.equal((await adminRequest(second, `${SECRETS}/continued`)).status, 200);
    await second.detach();
    await second.stop();
    assert.equal(second.processes().length, 2, "stop is for those who own it");
  } finally {
    await stopDetached(dataDir);
  }
  assert.equal(second.processes().length, 0);
  assert.ok(existsSync(second.etcd.keyFile), "the data stays");
});

test("a component that is killed stays dead until it is restarted, and the data is as it was", async () => {
  await createSecret(plane, "kept");
  await plane.kill("kube-apiserver");
  await assert.rejects(adminRequest(plane, `${SECRETS}/kept`), { code: "ECONNREFUSED" });
  assert.equal(plane.processes().length, 2);
  await plane.restart("kube-apiserver");
  assert.equal((await adminRequest(plane, `${SECRETS}/kept`)).status, 200);
  await plane.kill("etcd");
  await plane.restart("etcd");
  assert.equal((await adminRequest(plane, `${SECRETS}/kept`)).status, 200);
  assert.equal(plane.processes().length, 3);
  await assert.rejects(plane.kill("kubelet"), { code: "KST_USAGE" });
});

test("nothing is left when a server refuses to start, and the error says why", async () => {
  const dataDir = join(folder, "refused");
  const extraArgs = { etcd: ["--no-such-flag"] };
  await assert.rejects(startControlPlane({ dataDir, extraArgs }), (error: { code: string; message: string }) => {
    assert.equal(error.code, "KST_LAB_START_FAILED");
    assert.match(error.message, /no-such-flag/);
    return true;
  });
  assert.equal(existsSync(join(dataDir, "processes.record")), false);
});

test("a data folder serves one control plane at a time", async () => {
  await assert.rejects(startControlPlane({ dataDir: plane.dataDir }), { code: "KST_LAB_IN_USE" });
  assert.equal(plane.processes().length, 3);
});

test("a control plane whose parent was killed together with the watchdog is ended at the next start", async () => {
  const code = `
    const { startControlPlane } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
    const plane = await startControlPlane({ components: { controllerManager: false } });
    process.stdout.write(JSON.stringify(plane.processes().map(({ pid }) => pid)) + "\\n");
    setInterval(() => {}, 1000);`;
  const program = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(program.stdout, "data")) as [Buffer];
  const servers = (JSON.parse(line.toString()) as number[]).map((pid) => identify(pid));
  const children = (await readFile(`/proc/${program.pid}/task/${program.pid}/children`, "utf8")).trim().split(" ");
  for (const pid of children.map(Number))
    if (!servers.some((known) => known?.pid === pid)) process.kill(pid, "SIGKILL");
  program.kill("SIGKILL");
  await once(program, "exit");
  const living = () => servers.filter((known) => known !== undefined && isAlive(known)).length;
  assert.equal(living(), 2, "orphans, as the test needs them");
  await assert.rejects(startControlPlane({ dataDir: plane.dataDir }), { code: "KST_LAB_IN_USE" });
  assert.equal(living(), 0);
});
