import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { API_SERVICE_ADDRESS, type Component, type Layout } from "./components/component.ts";
import { etcdArgs } from "./components/etcd.ts";
import { apiServerArgs } from "./components/kube-apiserver.ts";
import { controllerManagerArgs } from "./components/kube-controller-manager.ts";
import { schedulerArgs } from "./components/kube-scheduler.ts";
import type { ControlPlaneOptions, EtcdAccess } from "./control-plane-options.ts";
import { onFreePorts } from "./free-ports.ts";
import { answersOk, type ProbeIdentity } from "./https-probe.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import type { Pki } from "./pki.ts";
import type { ProcessSpec, Supervisor } from "./supervisor.ts";

/** What every server of one control plane is started with. */
export interface Startup {
  readonly options: ControlPlaneOptions;
  readonly layout: Layout;
  readonly pki: Pki;
  readonly supervisor: Supervisor;
  readonly binaries: ReadonlyMap<string, string>;
  readonly started: Map<Component, StartedComponent>;
}

/** How a component was started, for starting it again. */
export interface StartedComponent {
  readonly spec: ProcessSpec;
  /** Where it listens. */
  readonly url?: string;
  /** Whether the supervised process is only the door to namespaces in which the component itself runs. */
  readonly inner?: boolean;
}

const LOCAL = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };

/** Starts etcd. */
export async function startEtcd(startup: Startup): Promise<EtcdAccess & { readonly identity: ProbeIdentity }> {
  const { pki, layout } = startup;
  const [server, client] = await Promise.all([
    pki.issue("etcd", "etcd", { commonName: "etcd", ...LOCAL, usages: ["server", "client"] }),
    pki.issue("etcd", "etcd-client", { commonName: "kube-apiserver", usages: ["client"] }),
  ]);
  const identity = { caPem: pki.etcd.certPem, certificate: client };
  const caFile = pki.etcd.certFile;
  const url = await startOnPorts(startup, "etcd", 2, ([port = 0, peerPort = 0]) => ({
    port,
    args: etcdArgs({ dataDir: layout.etcd, port, peerPort, caFile, server, extraArgs: extra(startup, "etcd") }),
    ready: answersOk(`https://127.0.0.1:${port}/readyz`, identity),
    graceMillis: 2000,
  }));
  return { endpoint: url, caFile, certFile: client.certFile, keyFile: client.keyFile, identity };
}

/** Starts the API server; resolves once it is ready, its default roles included. */
export async function startApiServer(
  startup: Startup,
  etcd: EtcdAccess,
  admin: ProbeIdentity,
  audit: { readonly policy: string | undefined; readonly webhookConfig: string | undefined },
): Promise<string> {
  const { pki, options } = startup;
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
  const [server, kubeletClient, proxyClient] = await Promise.all([
    pki.issue("cluster", "kube-apiserver", {
      commonName: "kube-apiserver",
      dnsNames: [...names, ...LOCAL.dnsNames],
      ipAddresses: [...LOCAL.ipAddresses, API_SERVICE_ADDRESS],
      usages: ["server"],
    }),
    pki.issue("cluster", "kube-apiserver-kubelet-client", {
      commonName: "kube-apiserver-kubelet-client",
      organizations: ["system:masters"],
      usages: ["client"],
    }),
    pki.issue("frontProxy", "front-proxy-client", { commonName: "front-proxy-client", usages: ["client"] }),
  ]);
  return startOnPorts(startup, "kube-apiserver", 1, ([port = 0]) => ({
    port,
    args: apiServerArgs({
      port,
      etcd: { endpoint: etcd.endpoint, caFile: etcd.caFile, certFile: etcd.certFile, keyFile: etcd.keyFile },
      caFile: pki.cluster.certFile,
      server,
      kubeletClient,
      frontProxy: { ...proxyClient, caFile: pki.frontProxy.certFile },
      serviceAccounts: pki.serviceAccounts,
      encryptionConfig: options.encryptionConfig,
      auditPolicy: audit.policy,
      auditWebhook: audit.webhookConfig,
      extraArgs: extra(startup, "kube-apiserver"),
    }),
    ready: answersOk(`https://127.0.0.1:${port}/readyz`, admin),
    graceMillis: 1000, // it waits up to 30 s for its watchers, whom nobody here wants to wait for
  }));
}

/** Starts the controller manager; resolves once pods can be created, which takes a service account. */
export async function startControllerManager(startup: Startup, server: string, admin: ProbeIdentity): Promise<void> {
  const name = "kube-controller-manager";
  const { kubeconfig, serving } = await clientOf(startup, name, server);
  const { pki } = startup;
  await startOnPorts(startup, name, 1, ([port = 0]) => ({
    port,
    args: controllerManagerArgs({
      port,
      kubeconfig,
      server: serving,
      ca: pki.cluster,
      serviceAccountKeyFile: pki.serviceAccounts.keyFile,
      extraArgs: extra(startup, name),
    }),
    ready: answersOk(`https://127.0.0.1:${port}/healthz`, { caPem: pki.cluster.certPem }),
    graceMillis: 500,
  }));
  const account = answersOk(`${server}/api/v1/namespaces/default/serviceaccounts/default`, admin);
  const deadline = AbortSignal.timeout(30_000);
  while (!(await account(deadline).catch(() => false)) && !deadline.aborted) await sleep(25);
}

/** Starts the scheduler. */
export async function startScheduler(startup: Startup, server: string): Promise<void> {
  const name = "kube-scheduler";
  const { kubeconfig, serving } = await clientOf(startup, name, server);
  const ca = startup.pki.cluster;
  await startOnPorts(startup, name, 1, ([port = 0]) => ({
    port,
    args: schedulerArgs({
      port,
      kubeconfig,
      server: serving,
      caFile: ca.certFile,
      extraArgs: extra(startup, name),
    }),
    ready: answersOk(`https://127.0.0.1:${port}/healthz`, { caPem: ca.certPem }),
    graceMillis: 500,
  }));
}

/** A policy that records who did what, without bodies, in `folder`. Returns its path. */
export async function writeMetadataPolicy(folder: string): Promise<string> {
  const file = join(folder, "audit-policy.yaml");
  await writeFile(file, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n");
  return file;
}

async function clientOf(startup: Startup, name: Component, server: string) {
  const { pki, layout } = startup;
  const [certificate, serving] = await Promise.all([
    pki.issue("cluster", `${name}-client`, { commonName: `system:${name}`, usages: ["client"] }),
    pki.issue("cluster", name, { commonName: name, ...LOCAL, usages: ["server"] }),
  ]);
  const request = { cluster: "lab", server, caPem: pki.cluster.certPem, user: name, certificate };
  return { kubeconfig: await writeKubeconfig(join(layout.config, `${name}.kubeconfig`), request), serving };
}

interface PortedSpec extends Pick<ProcessSpec, "args" | "ready" | "graceMillis"> {
  readonly port: number;
}

/** Starts `component` on free ports and remembers how. Returns its URL. */
function startOnPorts(
  startup: Startup,
  component: Component,
  count: number,
  plan: (ports: readonly number[]) => PortedSpec,
): Promise<string> {
  return onFreePorts(count, async (ports) => {
    const { port, ...rest } = plan(ports);
    const spec: ProcessSpec = {
      name: component,
      command: startup.binaries.get(component) ?? component,
      logFile: join(startup.layout.logs, `${component}.log`),
      quoteLog: true,
      ...rest,
    };
    await startup.supervisor.start(spec, startup.options.signal);
    const url = `https://127.0.0.1:${port}`;
    startup.started.set(component, { spec, url });
    return url;
  });
}

function extra(startup: Startup, component: Component): readonly string[] {
  return startup.options.extraArgs?.[component] ?? [];
}
