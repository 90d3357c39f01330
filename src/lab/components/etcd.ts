import type { CertificateFiles } from "../pki.ts";

export interface EtcdFlags {
  readonly dataDir: string;
  readonly port: number;
  readonly peerPort: number;
  readonly caFile: string;
  readonly server: CertificateFiles;
  readonly extraArgs: readonly string[];
}

/** Arguments of a single etcd member that only clients with a certificate of its CA can talk to. */
export function etcdArgs(flags: EtcdFlags): string[] {
  const client = `https://127.0.0.1:${flags.port}`;
  const peer = `https://127.0.0.1:${flags.peerPort}`;
  return [
    "--name=lab",
    `--data-dir=${flags.dataDir}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=lab=${peer}`,
    "--client-cert-auth=true",
    `--trusted-ca-file=${flags.caFile}`,
    `--cert-file=${flags.server.certFile}`,
    `--key-file=${flags.server.keyFile}`,
    "--peer-client-cert-auth=true",
    `--peer-trusted-ca-file=${flags.caFile}`,
    `--peer-cert-file=${flags.server.certFile}`,
    `--peer-key-file=${flags.server.keyFile}`,
    // Alone, it need not wait a second for the votes of others.
    "--heartbeat-interval=100",
    "--election-timeout=500",
    // What was written survives the process, though not a power cut: enough here, and many times faster.
    "--unsafe-no-fsync=true",
    "--log-level=warn",
    ...flags.extraArgs,
  ];
}
