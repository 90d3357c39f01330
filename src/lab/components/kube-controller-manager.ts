import type { CertificateFiles } from "../pki.ts";

export interface ControllerManagerFlags {
  readonly port: number;
  readonly kubeconfig: string;
  readonly server: CertificateFiles;
  readonly ca: CertificateFiles;
  readonly serviceAccountKeyFile: string;
  readonly extraArgs: readonly string[];
}

/** Arguments of a controller manager that runs alone, each controller under a service account of its own. */
export function controllerManagerArgs(flags: ControllerManagerFlags): string[] {
  return [
    "--bind-address=127.0.0.1",
    `--secure-port=${flags.port}`,
    `--tls-cert-file=${flags.server.certFile}`,
    `--tls-private-key-file=${flags.server.keyFile}`,
    `--kubeconfig=${flags.kubeconfig}`,
    `--authentication-kubeconfig=${flags.kubeconfig}`,
    `--authorization-kubeconfig=${flags.kubeconfig}`,
    `--client-ca-file=${flags.ca.certFile}`,
    `--root-ca-file=${flags.ca.certFile}`,
    `--cluster-signing-cert-file=${flags.ca.certFile}`,
    `--cluster-signing-key-file=${flags.ca.keyFile}`,
    `--service-account-private-key-file=${flags.serviceAccountKeyFile}`,
    "--use-service-account-credentials=true",
    "--controllers=*,-node-ipam-controller",
    "--leader-elect=false",
    // Its defaults of 20 and 30 make it wait for itself at every start.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    "--profiling=false",
    ...flags.extraArgs,
  ];
}
