import type { CertificateFiles } from "../pki.ts";

export interface SchedulerFlags {
  readonly port: number;
  readonly kubeconfig: string;
  readonly server: CertificateFiles;
  readonly caFile: string;
  readonly extraArgs: readonly string[];
}

/** Arguments of a scheduler that runs alone. */
export function schedulerArgs(flags: SchedulerFlags): string[] {
  return [
    "--bind-address=127.0.0.1",
    `--secure-port=${flags.port}`,
    `--tls-cert-file=${flags.server.certFile}`,
    `--tls-private-key-file=${flags.server.keyFile}`,
    `--kubeconfig=${flags.kubeconfig}`,
    `--authentication-kubeconfig=${flags.kubeconfig}`,
    `--authorization-kubeconfig=${flags.kubeconfig}`,
    `--client-ca-file=${flags.caFile}`,
    "--leader-elect=false",
    "--profiling=false",
    ...flags.extraArgs,
  ];
}
