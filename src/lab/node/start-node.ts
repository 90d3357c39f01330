import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { KustodyError } from "../../kernel/errors.ts";
import { onFreePorts } from "../free-ports.ts";
import { answersOk, type ProbeIdentity, probe } from "../https-probe.ts";
import { writeKubeconfig } from "../kubeconfig.ts";
import type { Startup } from "../start-servers.ts";
import type { ProcessSpec } from "../supervisor.ts";
import { packLabImages } from "./lab-images.ts";
import { makeNodeCgroups } from "./node-cgroups.ts";
import {
  CONTAINERD_SOCKET,
  cniConfig,
  containerdConfig,
  kubeletConfig,
  NAMESPACE_SCRIPT,
  NODE_ADDRESS,
  NODE_NAME,
} from "./node-config.ts";
import { findNodeTools, type NodeTools } from "./requirements.ts";

const run = promisify(execFile);
const OVERLAY_MAGIC = 0x794c7630;

/**
 * Starts containerd and kubelet in namespaces of their own (mounts, network, names, processes).
 *
 * Flow: (1) namespaces, held by their first process, (2) bridges between their network and ours, in both directions,
 * (3) containerd and its images, (4) kubelet, (5) the node is ready and takes pods.
 * Guarantees: ending the holder ends every process of the node, pods included, and with the last one its mounts and
 * network go; cgroups are removed by the supervisor.
 */
export async function startNode(startup: Startup, server: string, admin: ProbeIdentity): Promise<void> {
  const folder = join(startup.layout.root, "node");
  const tools = await findNodeTools(startup.supervisor.environment, startup.layout.root);
  await rm(join(folder, "namespaces.ready"), { force: true });
  for (const name of ["kubelet", "cni", "ipam", "volume-plugins", "pod-logs"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, "resolv.conf"), "");
  const apiPort = Number(new URL(server).port);
  const enter = await openNamespaces(startup, folder, apiPort); // (1)
  await startContainerd(startup, folder, tools, enter); // (3)
  await onFreePorts(1, async ([port = 0]) => {
    await startBridges(startup, folder, enter, apiPort, port); // (2)
    await startKubelet(startup, folder, server, port, enter, admin); // (4), (5)
  });
}

/** A command line that runs in the node's namespaces. */
type Enter = (command: string, args: readonly string[]) => { readonly command: string; readonly args: string[] };

async function openNamespaces(startup: Startup, folder: string, apiPort: number): Promise<Enter> {
  const flags = ["-m", "-n", "-u", "-p", "-f", "--kill-child", "--mount-proc", "--propagation", "private"];
  const holder = await startup.supervisor.start(
    spec(startup, "node-namespaces", {
      command: "unshare",
      args: [...flags, "/bin/sh", "-c", NAMESPACE_SCRIPT, "kustody-node", folder, String(apiPort)],
      ready: async () => existsSync(join(folder, "namespaces.ready")),
      graceMillis: 0,
    }),
    startup.options.signal,
  );
  const first = onlyChild(holder.pid);
  return (command, args) => ({
    command: "nsenter",
    args: ["-t", String(first), "-m", "-n", "-u", "-p", "--", command, ...args],
  });
}

async function startBridges(startup: Startup, folder: string, enter: Enter, apiPort: number, kubeletPort: number) {
  const sockets = { api: `unix:${join(folder, "api.sock")}`, kubelet: `unix:${join(folder, "kubelet.sock")}` };
  const program = fileURLToPath(new URL(`./tcp-bridge${extname(import.meta.url)}`, import.meta.url));
  const outside = [`${sockets.api}=tcp:127.0.0.1:${apiPort}`, `tcp:127.0.0.1:${kubeletPort}=${sockets.kubelet}`];
  const inside = [
    `tcp:127.0.0.1:${apiPort}=${sockets.api}`,
    `tcp:${NODE_ADDRESS}:${apiPort}=${sockets.api}`,
    `${sockets.kubelet}=tcp:127.0.0.1:${kubeletPort}`,
  ];
  const sides = [
    { name: "node-bridge-outside", socket: "api.sock", command: process.execPath, args: [program, ...outside] },
    { name: "node-bridge-inside", socket: "kubelet.sock", ...enter(process.execPath, [program, ...inside]) },
  ];
  for (const { name, socket, command, args } of sides) {
    await startup.supervisor.stop(name);
    await rm(join(folder, socket), { force: true });
    const ready = async () => existsSync(join(folder, socket));
    await startup.supervisor.start(
      spec(startup, name, { command, args, ready, graceMillis: 0 }),
      startup.options.signal,
    );
  }
}

async function startContainerd(startup: Startup, folder: string, tools: NodeTools, enter: Enter): Promise<void> {
  const config = join(folder, "containerd.toml");
  const onOverlay = (await statfs(folder)).type === OVERLAY_MAGIC;
  const snapshotter = onOverlay ? "native" : "overlayfs"; // the kernel refuses an overlay's upper folder on an overlay
  const root = join(folder, "containerd");
  await writeFile(
    config,
    containerdConfig({ root, cniPlugins: tools.cni, cniConfig: join(folder, "cni"), snapshotter }),
  );
  await writeFile(join(folder, "cni", "10-lab.conflist"), JSON.stringify(cniConfig(join(folder, "ipam"))));
  const ctr = (...args: string[]) => enter(tools.ctr, ["-a", CONTAINERD_SOCKET, "-n", "k8s.io", ...args]);
  const version = ctr("version");
  const containerd = spec(startup, "containerd", {
    ...enter(tools.containerd, ["--config", config, ...(startup.options.extraArgs?.containerd ?? [])]),
    ready: async (signal) => (await run(version.command, version.args, { signal })).stdout !== "",
    graceMillis: 1000,
  });
  await startup.supervisor.start(containerd, startup.options.signal);
  startup.started.set("containerd", { spec: containerd, inner: true });
  const archive = join(folder, "images.tar");
  await writeFile(archive, await packLabImages(tools.busybox));
  const load = ctr("images", "import", archive);
  await run(load.command, load.args);
  await rm(archive);
}

async function startKubelet(
  startup: Startup,
  folder: string,
  server: string,
  port: number,
  enter: Enter,
  admin: ProbeIdentity,
): Promise<void> {
  const { pki, supervisor, binaries, options } = startup;
  const local = { dnsNames: [NODE_NAME], ipAddresses: ["127.0.0.1"] };
  const [client, serving] = await Promise.all([
    pki.issue("cluster", "kubelet-client", {
      commonName: `system:node:${NODE_NAME}`,
      organizations: ["system:nodes"],
      usages: ["client"],
    }),
    pki.issue("cluster", "kubelet", { commonName: NODE_NAME, ...local, usages: ["server"] }),
  ]);
  const user = { cluster: "lab", server, caPem: pki.cluster.certPem, user: "kubelet", certificate: client };
  const kubeconfig = await writeKubeconfig(join(folder, "kubelet.kubeconfig"), user);
  const config = join(folder, "kubelet.json");
  const cgroupRoot = await makeNodeCgroups(supervisor);
  const caFile = pki.cluster.certFile;
  await writeFile(config, JSON.stringify(kubeletConfig({ port, folder, caFile, server: serving, cgroupRoot })));
  const kubelet = spec(startup, "kubelet", {
    ...enter(binaries.get("kubelet") ?? "kubelet", [
      `--config=${config}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${join(folder, "kubelet")}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NODE_ADDRESS}`,
      ...(options.extraArgs?.kubelet ?? []),
    ]),
    ready: async (signal) =>
      (await answersOk(`https://127.0.0.1:${port}/healthz`, admin)(signal)) && (await takesPods(server, admin, signal)),
    graceMillis: 1000,
  });
  await supervisor.start(kubelet, options.signal);
  startup.started.set("kubelet", { spec: kubelet, url: `https://127.0.0.1:${port}`, inner: true });
}

/** Whether the node is Ready and has lost the taint that it registers with. */
async function takesPods(server: string, admin: ProbeIdentity, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await probe(`${server}/api/v1/nodes/${NODE_NAME}`, admin, { signal });
  if (status !== 200) return false;
  const node = JSON.parse(body) as {
    spec: { taints?: unknown[] };
    status: { conditions?: { type: string; status: string }[] };
  };
  const ready = node.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return ready && (node.spec.taints ?? []).length === 0;
}

/** The one child of a process that forks once: what `unshare` and `nsenter` run. */
export function onlyChild(pid: number): number {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  if (child === undefined || child === "") throw new KustodyError("KST_INTERNAL", `process ${pid} has no child`);
  return Number(child);
}

function spec(startup: Startup, name: string, rest: Omit<ProcessSpec, "name" | "logFile" | "quoteLog">): ProcessSpec {
  return { name, logFile: join(startup.layout.logs, `${name}.log`), quoteLog: true, ...rest };
}
