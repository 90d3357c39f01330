import { join } from "node:path";
import { ensureBinaries } from "../binaries/ensure-binaries.ts";
import { etcdArgs } from "../components/etcd.ts";
import type { EtcdAccess } from "../control-plane-options.ts";
import { onFreePorts } from "../free-ports.ts";
import { answersOk } from "../https-probe.ts";
import { openPki } from "../pki.ts";
import { openServerRun, orEnd, type ServerStartOptions } from "./server-run.ts";

/** One etcd without a control plane, with TLS on both sides. */
export interface EtcdServer extends EtcdAccess, AsyncDisposable {
  /** What `--data-dir` names; it goes with `stop`. */
  readonly dataDir: string;
  /** Ends the process and leaves the data, for reading the files of a stopped member. */
  end(): Promise<void>;
  stop(): Promise<void>;
}

const LOCAL = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };

/** Starts etcd alone: a second where a control plane takes four. Errors: KST_LAB_… */
export async function startEtcdServer(options: ServerStartOptions = {}): Promise<EtcdServer> {
  const binary = (await ensureBinaries(["etcd"], options)).get("etcd") ?? "etcd";
  const run = await openServerRun("etcd", options);
  return await orEnd(run, async () => {
    const pki = await openPki(join(run.folder, "pki"));
    const server = await pki.issue("etcd", "etcd", { commonName: "etcd", ...LOCAL, usages: ["server", "client"] });
    const client = await pki.issue("etcd", "etcd-client", { commonName: "client", usages: ["client"] });
    const dataDir = join(run.folder, "data");
    const caFile = pki.etcd.certFile;
    const endpoint = await onFreePorts(2, async ([port = 0, peerPort = 0]) => {
      const url = `https://127.0.0.1:${port}`;
      const ready = answersOk(`${url}/readyz`, { caPem: pki.etcd.certPem, certificate: client });
      const args = etcdArgs({ dataDir, port, peerPort, caFile, server, extraArgs: [] });
      const logFile = join(run.folder, "etcd.log");
      await run.supervisor.start({ name: "etcd", command: binary, args, logFile, ready }, options.signal);
      return url;
    });
    const end = (): Promise<void> => run.supervisor.stop("etcd");
    const { certFile, keyFile } = client;
    return { endpoint, caFile, certFile, keyFile, dataDir, end, stop: run.end, [Symbol.asyncDispose]: run.end };
  });
}
