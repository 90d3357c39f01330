import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectKube, keyOf, reflect } from "../src/kernel/kube/index.ts";
import { startControlPlane } from "../src/lab/index.ts";
import { ExternalSecrets } from "../src/practices/managers/model/resources.ts";
import { installCrds } from "../src/practices/managers/testing/crd-sets.ts";
import { difference, requestsSoFar } from "./sync/api-requests.ts";
import { bareClient, floorSeconds, spread } from "./sync/floor.ts";
import { OperatorProcess } from "./sync/operator-process.ts";
import { type BenchStore, openBenchStore } from "./sync/stores.ts";

/**
 * The sync engine against the writes that nobody can do without, on one control plane of this machine:
 * `node bench/sync.ts --count 1000 --distinct 100 --store fake`. Two data entries an ExternalSecret.
 */
const { values: given } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    distinct: { type: "string", default: "100" },
    store: { type: "string", default: "fake" },
    newcomers: { type: "string", default: "100" },
    foreign: { type: "string", default: "0" },
    profile: { type: "boolean", default: false },
    floor: { type: "boolean", default: true },
    /** Also the refresh of all, with newcomers during it. */
    wave: { type: "boolean", default: true },
    /** Seconds between refreshes. */
    interval: { type: "string" },
  },
  allowNegative: true,
});
const count = Number(given.count);
const distinct = Number(given.distinct);
/** Long enough that refreshes begin only when the first syncs are over. */
const interval = Number(given.interval ?? Math.max(40, Math.ceil(count / 100)));

const rows: [string, string][] = [];
const report = (name: string, value: string | number): void => {
  const text = typeof value === "number" ? value.toFixed(value < 10 ? 2 : 0) : value;
  rows.push([name, text]);
  console.error(`  ${name}: ${text}`);
};

await using plane = await startControlPlane({ components: { controllerManager: false } });
const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
const client = bareClient(plane);
const store: BenchStore = await openBenchStore(given.store, distinct, kube);
await using _ending: AsyncDisposable = {
  [Symbol.asyncDispose]: async () => {
    await store.close();
    await client.close();
    await kube.close();
  },
};
await installCrds(kube, "kustody");
await store.install();

const readyAt = new Map<string, number>();
const mirror = reflect(kube.allNamespaces(ExternalSecrets), {
  reduce: ({ status }) =>
    status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true,
  onChange: ({ ref, value }) => {
    if (value && !readyAt.has(keyOf(ref))) readyAt.set(keyOf(ref), performance.now());
  },
});
await mirror.synced;

async function create(namespace: string, name: string, i: number): Promise<void> {
  const entry = (secretKey: string, n: number) => ({ secretKey, remoteRef: store.remoteRef(n % distinct) });
  const spec = {
    secretStoreRef: { kind: "ClusterSecretStore", name: "bench" },
    refreshInterval: `${interval}s`,
    data: [entry("username", 2 * i), entry("password", 2 * i + 1)],
  };
  const body = { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name }, spec };
  const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  const reply = await client.request({ method: "POST", path, body: JSON.stringify(body) });
  if (reply.status >= 300) throw new Error(reply.body.toString());
}

async function foreignSecrets(total: number): Promise<void> {
  await spread(total, async (i) => {
    const body = { apiVersion: "v1", kind: "Secret", metadata: { name: `foreign-${i}` }, data: { a: "eHh4" } };
    await client.request({ method: "POST", path: "/api/v1/namespaces/default/secrets", body: JSON.stringify(body) });
  });
}

if (given.floor) {
  for (const [namespace, parity] of [
    ["floor", false],
    ["parity", true],
  ] as const) {
    await client.request({
      method: "POST",
      path: "/api/v1/namespaces",
      body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
    });
    await spread(count, (i) => create(namespace, `es-${i}`, i));
    const seconds = await floorSeconds(client, namespace, count, parity);
    report(parity ? "floor with finalizer and Event, per second" : "floor, per second", count / seconds);
    const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
    // The finalizers of the second are in the way of a plain deletion.
    if (parity) {
      await spread(count, async (i) => {
        const patch = JSON.stringify({ metadata: { finalizers: null } });
        const headers = { "content-type": "application/merge-patch+json" };
        await client.request({ method: "PATCH", path: `${path}/es-${i}`, body: patch, headers });
      });
    }
    await client.request({ method: "DELETE", path });
    await client.request({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/secrets` });
  }
}
await foreignSecrets(Number(given.foreign));
await spread(count, (i) => create("default", `es-${i}`, i));
await sleep(2_000);
const before = await requestsSoFar(plane);
const began = performance.now();
const operator = new OperatorProcess(plane.kubeconfig, 18_000 + (process.pid % 1000), [], store.env);
try {
  await operator.ready();
  report("operator ready after start, seconds", (performance.now() - began) / 1000);
  const from = performance.now();
  const mine = () => [...readyAt.keys()].filter((key) => key.startsWith("default/es-")).length;
  const limits: number[] = [];
  // Rarely, as a scraper asks: each time costs the operator six lines for each object.
  for (let n = 0; mine() < count; n++) {
    await sleep(200);
    if (n % 25 === 0) limits.push(await operator.metric("kustody_api_calls_limit"));
    if (performance.now() - from > 600_000) throw new Error(`only ${mine()} Ready\n${operator.output}`);
  }
  const last = Math.max(...[...readyAt].filter(([key]) => key.startsWith("default/es-")).map(([, at]) => at));
  report("all Ready, seconds after start", (last - began) / 1000);
  report("per second (from ready)", count / ((last - from) / 1000));
  await sleep(1_000);
  report("API calls under way at most", `${Math.min(...limits)} to ${Math.max(...limits)}`);
  report("operator CPU seconds", operator.cpuSeconds());
  report("store reads", await operator.metric("kustody_store_reads_total"));
  if (store.calls !== undefined) report("calls of the manager", store.calls());
  const requests = difference(before, await requestsSoFar(plane));
  for (const [name, n] of requests.filter(([, n]) => n >= count / 20)) report(`requests each: ${name}`, n / count);
  report("peak RSS after first sync, MB", operator.peakMegabytes());
  for (const name of ["nodejs_heap_size_used_bytes", "nodejs_heap_size_total_bytes", "nodejs_external_memory_bytes"]) {
    report(name.replace("nodejs_", "").replace("_bytes", ", MB"), (await operator.metric(name)) / 1e6);
  }

  if (given.wave) await refreshOfAll(began, last - from);
} finally {
  await operator.stop();
  await mirror.stop();
}
if (operator.output !== "") console.error(operator.output.slice(0, 2000));
console.log(`\n| ${count} ExternalSecrets, ${distinct} remote keys, ${given.store} | |\n|---|---|`);
for (const [name, value] of rows) console.log(`| ${name} | ${value} |`);

/** Creates newcomers while everything is refreshed. */
async function refreshOfAll(began: number, firstSyncs: number): Promise<void> {
  // Refreshes come at 0.81 to 0.9 of the interval after each first sync.
  const wave = began + interval * 810 - performance.now();
  console.error(`  waiting ${Math.round(wave / 1000)} s for the refresh of all`);
  await sleep(Math.max(0, wave));
  const quiet = await requestsSoFar(plane);
  const asked = await operator.metric("kustody_store_asked_total");
  const reads = await operator.metric("kustody_store_reads_total");
  const waits: number[] = [];
  const newcomers = Number(given.newcomers);
  const until = performance.now() + interval * 90 + firstSyncs;
  for (let i = 0; i < newcomers; i++) {
    const at = performance.now();
    await create("default", `new-${i}`, i);
    const key = `default/new-${i}`;
    while (!readyAt.has(key)) await sleep(2);
    waits.push((readyAt.get(key) ?? 0) - at);
    await sleep(Math.max(0, (until - performance.now()) / (newcomers - i)));
  }
  waits.sort((a, b) => a - b);
  report("refreshed meanwhile", (await operator.metric("kustody_store_asked_total")) - asked);
  if (store.calls !== undefined) report("calls of the manager meanwhile", store.calls());
  report("store reads meanwhile", (await operator.metric("kustody_store_reads_total")) - reads);
  report("new one during the refresh of all, median ms", waits[Math.floor(waits.length / 2)] ?? 0);
  report("new one during the refresh of all, p99 ms", waits[Math.ceil(waits.length * 0.99) - 1] ?? 0);
  const more = difference(quiet, await requestsSoFar(plane)).filter(([, n]) => n > newcomers / 10);
  report("requests meanwhile", more.map(([name, n]) => `${name} ${n}`).join(", "));
  report("peak RSS, MB", operator.peakMegabytes());
}
