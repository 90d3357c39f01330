import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Agent } from "undici";
import { findConnection } from "../src/kernel/kube/config/find-connection.ts";
import { connectKube, type Kube, Namespaces, reflect, Secrets } from "../src/kernel/kube/index.ts";
import { Secret } from "../src/kernel/secret/secret.ts";
import { startControlPlane } from "../src/lab/index.ts";

// Seconds, CPU and memory of listing the metadata of many Secrets, then watching them while some change, against a
// floor that only fetches the same bytes and parses them. Each run is a process of its own.
// `node bench/kube-list-watch.ts [SECRETS] [CHANGES]`, 50,000 and 5,000 unless told.

const NAMESPACES = 50;
const META = "g=meta.k8s.io;v=v1";
const MODES = ["floor", "pages", "stream"] as const;
type Mode = (typeof MODES)[number];
interface Measured {
  readonly objects: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly peak: number;
}

async function compare(count: number, changes: number): Promise<void> {
  await using plane = await startControlPlane({ components: { controllerManager: false } });
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  const began = performance.now();
  await fill(kube, count);
  console.log(`${count} Secrets created in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  console.log(
    "| run | list, s | CPU, s | peak RSS, MB | watch of changes | CPU, s | peak RSS, MB |\n|---|---|---|---|---|---|---|",
  );
  for (let round = 0; round < 2; round++) {
    for (const mode of MODES) {
      const [listed, watched] = await child(mode, plane.kubeconfig, count, changes, () => touch(kube, changes, count));
      console.log(
        `| ${mode} | ${listed.seconds.toFixed(2)} | ${listed.cpu.toFixed(2)} | ${listed.peak.toFixed(0)} | ${watched.objects} | ${watched.cpu.toFixed(2)} | ${watched.peak.toFixed(0)} |`,
      );
    }
  }
  await kube.close();
}

const placeOf = (i: number) => `team-${i % NAMESPACES}`;

async function fill(kube: Kube, count: number): Promise<void> {
  for (let i = 0; i < NAMESPACES; i++) await kube.cluster(Namespaces).create({ metadata: { name: placeOf(i) } });
  await parallel(count, async (i) => {
    const metadata = { name: `credential-${i}`, labels: { "app.kubernetes.io/name": `app-${i % 200}` } };
    await kube.namespaced(Secrets, placeOf(i)).create({ metadata, data: { password: Secret.fromText(`value ${i}`) } });
  });
}

let touched = 0;
async function touch(kube: Kube, changes: number, count: number): Promise<void> {
  const round = touched++;
  await parallel(changes, async (n) => {
    const i = (n * 7) % count;
    const patch = { metadata: { labels: { round: `${round}-${n}` } } };
    await kube.namespaced(Secrets, placeOf(i)).metadata().mergePatch(`credential-${i}`, patch);
  });
}

async function parallel(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 24 }, worker));
}

/** Runs this file as another process, which prints a line when the list is there, and one when it saw the changes. */
async function child(
  mode: Mode,
  kubeconfig: string,
  count: number,
  changes: number,
  onListed: () => Promise<void>,
): Promise<[Measured, Measured]> {
  const args = [import.meta.filename, mode, kubeconfig, String(count), String(changes)];
  const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const results: Measured[] = [];
  try {
    for await (const line of createInterface({ input: running.stdout })) {
      results.push(JSON.parse(line) as Measured);
      if (results.length === 1) await onListed();
    }
    if (running.exitCode === null) await once(running, "exit");
  } finally {
    running.kill("SIGKILL");
  }
  const [listed, watched] = results;
  if (listed === undefined || watched === undefined) throw new Error(`${mode} ended early`);
  return [listed, watched];
}

async function measure(mode: Mode, kubeconfig: string, count: number, changes: number): Promise<void> {
  let from = { time: performance.now(), cpu: process.cpuUsage() };
  const tell = (objects: number): void => {
    const { user, system } = process.cpuUsage(from.cpu);
    const seconds = (performance.now() - from.time) / 1000;
    const peak = process.resourceUsage().maxRSS / 1024;
    const measured: Measured = { objects, seconds, cpu: (user + system) / 1e6, peak };
    console.log(JSON.stringify(measured));
    from = { time: performance.now(), cpu: process.cpuUsage() };
  };
  let seen = 0;
  const saw = (): void => {
    if (++seen < changes) return;
    tell(seen);
    process.exit();
  };
  if (mode === "floor") return await floor(kubeconfig, tell, saw);
  const kube = await connectKube({ env: {}, kubeconfig });
  const reflector = reflect(kube.allMetadata(Secrets), {
    listBy: mode,
    reduce: ({ metadata }) => metadata.creationTimestamp !== undefined,
    onChange: ({ type }) => (type === "updated" ? saw() : undefined),
  });
  await reflector.synced;
  if (reflector.size < count) throw new Error(`only ${reflector.size} of ${count}`);
  tell(reflector.size);
}

/** Nothing but undici and JSON.parse: the same pages, then the same watch. */
async function floor(kubeconfig: string, tell: (objects: number) => void, saw: () => void): Promise<void> {
  const { server, tls, credentials } = await findConnection({ env: {}, kubeconfig });
  const { token, clientCertificate } = await credentials.current();
  const certificate = clientCertificate && {
    cert: clientCertificate.certificatePem,
    key: clientCertificate.keyPem.unwrap(),
  };
  const agent = new Agent({
    connect: { ca: tls.ca?.pem ?? (await readFile(kubeconfig, "utf8")), ...certificate },
    allowH2: false,
  });
  const authorization = token && { authorization: `Bearer ${token.unwrap().toString()}` };
  const get = async (path: string, as: string) => {
    const headers = { accept: `application/json;as=${as};${META}`, ...authorization };
    return (await agent.request({ origin: server, path, method: "GET", headers })).body;
  };
  let objects = 0;
  let next = "";
  let version = "";
  do {
    const body = await get(
      `/api/v1/secrets?limit=500${next && `&continue=${encodeURIComponent(next)}`}`,
      "PartialObjectMetadataList",
    );
    const list = JSON.parse(await body.text()) as {
      items: unknown[];
      metadata: { continue?: string; resourceVersion: string };
    };
    objects += list.items.length;
    next = list.metadata.continue ?? "";
    version = list.metadata.resourceVersion;
  } while (next !== "");
  tell(objects);
  const body = await get(`/api/v1/secrets?watch=1&resourceVersion=${version}`, "PartialObjectMetadata");
  for await (const line of createInterface({ input: body })) {
    if ((JSON.parse(line) as { type: string }).type === "MODIFIED") saw();
  }
}

const [first = "50000", second = "5000", path = "", wanted = ""] = process.argv.slice(2);
if (MODES.some((mode) => mode === first)) await measure(first as Mode, second, Number(path), Number(wanted));
else await compare(Number(first), Number(second));
