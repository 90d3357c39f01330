import { mkdir, rm } from "node:fs/promises";
import { platform } from "node:os";
import { join, resolve } from "node:path";
import { KustodyError } from "../kernel/errors.ts";
import { type BinaryName, ensureBinaries } from "./binaries/ensure-binaries.ts";
import type { Component, Layout } from "./components/component.ts";
import type { ControlPlane, ControlPlaneOptions } from "./control-plane-options.ts";
import { type LabEnvironment, readLabEnvironment } from "./environment.ts";
import { onFreePorts } from "./free-ports.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { onlyChild, startNode } from "./node/start-node.ts";
import { cleanOrphans, runsFrom } from "./orphans.ts";
import { openPki } from "./pki.ts";
import { makeThrowAwayFolder } from "./runtime-folder.ts";
import {
  type Startup,
  startApiServer,
  startControllerManager,
  startEtcd,
  startScheduler,
  writeMetadataPolicy,
} from "./start-servers.ts";
import { Supervisor } from "./supervisor.ts";

/**
 * Starts a real control plane on this machine, on free ports of 127.0.0.1: any number of them at once.
 *
 * Flow: end what dead runs left → find or make the binaries → certificates → etcd → API server → controller manager.
 * Guarantees: ready when it resolves; nothing of it is left when it rejects; how it ends: see Supervisor.
 * Errors: KST_LAB_…; the signal's reason when that aborts.
 *
 * @example
 * await using plane = await startControlPlane({ onProgress: console.error });
 * // KUBECONFIG=plane.kubeconfig
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  if (platform() !== "linux") {
    throw new KustodyError("KST_LAB_UNSUPPORTED", "the lab runs on Linux only", {
      hint: "use a cluster of your own: --kubeconfig",
    });
  }
  const environment = options.environment ?? readLabEnvironment();
  await cleanOrphans(environment.runtime);
  const binaries = await ensureBinaries(binariesFor(options), { ...pickProgress(options), environment });
  const { layout, throwAway } = await openLayout(options, environment);
  const supervisor = await Supervisor.open({ ...pickProgress(options), folder: layout.root, environment });
  const end = async (graceMillis?: number): Promise<void> => {
    const ended = await supervisor.stopAll(graceMillis === undefined ? {} : { graceMillis });
    if (ended && throwAway) await rm(layout.root, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const pki = await openPki(layout.pki);
    return await startAll({ options, layout, pki, supervisor, binaries, started: new Map() }, end);
  } catch (error) {
    await end(0);
    throw error;
  }
}

async function startAll(startup: Startup, end: () => Promise<void>): Promise<ControlPlane> {
  const { options, layout, pki, supervisor, started } = startup;
  const progress = options.onProgress ?? (() => undefined);
  const certificate = await pki.issue("cluster", "admin", {
    commonName: "kustody-lab-admin",
    organizations: ["system:masters"],
    usages: ["client"],
  });
  const admin = { caPem: pki.cluster.certPem, certificate };
  const webhookConfig = options.audit?.webhookConfig;
  const policy =
    options.audit?.policy ?? (webhookConfig === undefined ? undefined : await writeMetadataPolicy(layout.config));

  const added = new Set<string>();
  const run: ControlPlane["run"] = async (specOn) => {
    await onFreePorts(1, async ([port = 0]) => {
      const spec = specOn(port);
      await supervisor.start(spec);
      added.add(spec.name);
    });
  };
  progress("starting etcd");
  const [{ identity: _, ...etcd }] = await both(startEtcd(startup), options.beforeApiServer?.(run));
  progress("starting kube-apiserver");
  const server = await startApiServer(startup, etcd, admin, { policy, webhookConfig });
  if (options.components?.controllerManager !== false) {
    progress("starting kube-controller-manager");
    await startControllerManager(startup, server, admin);
  }
  if (options.node === true) {
    progress("starting kube-scheduler");
    await startScheduler(startup, server);
    progress("starting containerd and kubelet");
    await startNode(startup, server, admin);
  }
  const name = options.name ?? "kustody-lab";
  const user = `${name}-admin`;
  const kubeconfig = await writeKubeconfig(join(layout.root, "kubeconfig"), {
    cluster: name,
    server,
    caPem: pki.cluster.certPem,
    user,
    certificate,
  });
  return {
    kubeconfig,
    server,
    caFile: pki.cluster.certFile,
    dataDir: layout.root,
    etcd,
    processes: () =>
      supervisor.running().flatMap((running) => {
        if (added.has(running.name)) return [{ component: running.name, pid: running.pid }];
        const known = [...started].find(([component]) => component === running.name);
        if (known === undefined) return []; // the namespaces' own
        const [component, { url, inner }] = known;
        const pid = inner === true ? onlyChild(running.pid) : running.pid;
        return [url === undefined ? { component, pid } : { component, pid, url }];
      }),
    run,
    restart: async (component) => {
      const { spec } = startedAs(started, component);
      await supervisor.stop(component);
      await supervisor.start(spec);
    },
    kill: async (component) => {
      startedAs(started, component);
      await supervisor.kill(component);
    },
    logs: (component) => startedAs(started, component).spec.logFile,
    stop: end,
    detach: () => supervisor.detach(),
    [Symbol.asyncDispose]: end,
  };
}

/** Both together; a failure is told when neither is under way any more, so that what it started can be ended. */
async function both<A, B>(a: Promise<A>, b: Promise<B> | undefined): Promise<[A, B | undefined]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

function startedAs(started: Startup["started"], component: Component) {
  const found = started.get(component);
  if (found !== undefined) return found;
  throw new KustodyError("KST_USAGE", `this control plane has no ${component}`, {
    hint: `it has ${[...started.keys()].join(", ")}`,
  });
}

function binariesFor(options: ControlPlaneOptions): BinaryName[] {
  return [
    "etcd",
    "kube-apiserver",
    ...(options.components?.controllerManager === false ? [] : (["kube-controller-manager"] as const)),
    ...(options.node === true ? (["kube-scheduler", "kubelet"] as const) : []),
  ];
}

function pickProgress(options: ControlPlaneOptions): Pick<ControlPlaneOptions, "onProgress" | "signal"> {
  return {
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

async function openLayout(
  options: ControlPlaneOptions,
  environment: LabEnvironment,
): Promise<{ layout: Layout; throwAway: boolean }> {
  const throwAway = options.dataDir === undefined;
  const root = resolve(options.dataDir ?? (await makeThrowAwayFolder(environment.runtime, "plane")));
  if (runsFrom(root)) {
    throw new KustodyError("KST_LAB_IN_USE", `a control plane already runs from ${root}`, {
      hint: `end it with kustody down --data-dir ${root}, or choose another folder`,
    });
  }
  const layout = {
    root,
    pki: join(root, "pki"),
    logs: join(root, "logs"),
    etcd: join(root, "etcd"),
    config: join(root, "config"),
  };
  for (const folder of Object.values(layout)) await mkdir(folder, { mode: 0o700, recursive: true });
  return { layout, throwAway };
}
