import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Deployments, Events, Leases, Secrets } from "../../kernel/kube/index.ts";
import { asList, asRecord, asTexts } from "../../kernel/untyped.ts";
import { ExternalSecrets, SecretStores } from "../../practices/managers/model/resources.ts";
import { type InstalledChart, installedChart } from "./testing/installed-chart.ts";

const KUSTODY = fileURLToPath(new URL("../../../bin/kustody", import.meta.url));

const MODES: Record<string, { values: Record<string, unknown>; leaseIn: string }> = {
  "for the whole cluster": { values: {}, leaseIn: "kustody-system" },
  "for one namespace": { values: { namespaced: true, namespaces: ["shop"] }, leaseIn: "shop" },
};

for (const [mode, { values, leaseIn }] of Object.entries(MODES)) {
  test(`the operator works with the chart's arguments and rights, ${mode}`, async () => {
    await using opened = new AsyncDisposableStack();
    const installed = await installedChart(values, opened);
    const { kube } = installed;
    const spec = { provider: { fake: { data: [{ key: "db", value: "correct-horse" }] } } };
    await kube.namespaced(SecretStores, "shop").create({ metadata: { name: "fake" }, spec });
    const data = [{ secretKey: "password", remoteRef: { key: "db" } }];
    const objects = kube.namespaced(ExternalSecrets, "shop");
    await objects.create({ metadata: { name: "db" }, spec: { secretStoreRef: { name: "fake" }, data } });
    const log = await startOperator(installed, opened);

    await until(log, "the Secret arrives", async () => {
      const secret = await kube.namespaced(Secrets, "shop").find("db");
      return secret?.data?.["password"]?.unwrap().toString() === "correct-horse";
    });
    await until(log, "both are ready", async () => {
      const store = await kube.namespaced(SecretStores, "shop").get("fake");
      return [store, await objects.get("db")].every(({ status }) =>
        status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"),
      );
    });
    await until(log, "an event tells of it", async () => {
      const { items } = await kube.namespaced(Events, "shop").list();
      return items.some(({ reason }) => reason === "Created");
    });
    assert.notEqual((await kube.namespaced(Leases, leaseIn).get("kustody-operator")).spec?.holderIdentity ?? "", "");
    await objects.delete("db");
    await until(log, "the finalizer is taken away", async () => (await objects.find("db")) === undefined);
    assert.doesNotMatch(log(), /KST_KUBE_FORBIDDEN|forbidden/i, "it asked for nothing that it may not");
  });
}

/** Runs `kustody` as the chart's container would, as its ServiceAccount. Returns what reads its log. */
async function startOperator(installed: InstalledChart, opened: AsyncDisposableStack): Promise<() => string> {
  const [deployment] = (await installed.kube.namespaced(Deployments, "kustody-system").list()).items;
  const pod = asRecord(asRecord(asRecord(deployment?.["spec"])["template"])["spec"]);
  const args = asList(pod["containers"]).flatMap((container) => asTexts(asRecord(container)["args"]));
  assert.equal(args[0], "operator");
  const folder = await mkdtemp(join(tmpdir(), "kustody-chart-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, await kubeconfigOf(installed), { mode: 0o600 });
  // The port is ours to choose: of a flag that is given twice, the last counts.
  const more = ["--kubeconfig", kubeconfig, `--metrics-listen=127.0.0.1:${await freePort()}`];
  const child = spawn(KUSTODY, [...args, ...more], { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  opened.defer(() => end(child));
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

async function kubeconfigOf({ plane, token }: InstalledChart): Promise<string> {
  const authority = Buffer.from(await readFile(plane.caFile)).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server: plane.server, "certificate-authority-data": authority } }],
    users: [{ name: "operator", user: { token: token.unwrap().toString() } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "operator", namespace: "kustody-system" } }],
    "current-context": "lab",
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const ended = once(child, "exit");
  await Promise.race([ended, sleep(5000, undefined, { ref: false }).then(() => child.kill("SIGKILL"))]);
  await ended;
}

async function until(log: () => string, what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let left = 400; !(await holds()); left--) {
    assert.ok(left > 0, `never: ${what}\n${log().slice(-3000)}`);
    await sleep(50);
  }
}
