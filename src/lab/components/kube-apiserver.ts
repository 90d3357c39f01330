import type { CertificateFiles } from "../pki.ts";
import { SERVICE_CIDR } from "./component.ts";

export interface ApiServerFlags {
  readonly port: number;
  readonly etcd: { readonly endpoint: string; readonly caFile: string } & CertificateFiles;
  readonly caFile: string;
  readonly server: CertificateFiles;
  readonly kubeletClient: CertificateFiles;
  /** Whom extension API servers believe when it passes a request on. */
  readonly frontProxy: { readonly caFile: string } & CertificateFiles;
  readonly serviceAccounts: { readonly publicFile: string; readonly keyFile: string };
  readonly encryptionConfig: string | undefined;
  readonly auditPolicy: string | undefined;
  readonly auditWebhook: string | undefined;
  readonly extraArgs: readonly string[];
}

/** Arguments of an API server with RBAC and the Node authorizer, TLS on both sides and nothing but 127.0.0.1. */
export function apiServerArgs(flags: ApiServerFlags): string[] {
  return [
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${flags.port}`,
    // An Endpoints object must not hold a loopback address: let nobody try.
    "--endpoint-reconciler-type=none",
    `--etcd-servers=${flags.etcd.endpoint}`,
    `--etcd-cafile=${flags.etcd.caFile}`,
    `--etcd-certfile=${flags.etcd.certFile}`,
    `--etcd-keyfile=${flags.etcd.keyFile}`,
    `--client-ca-file=${flags.caFile}`,
    `--tls-cert-file=${flags.server.certFile}`,
    `--tls-private-key-file=${flags.server.keyFile}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${flags.serviceAccounts.publicFile}`,
    `--service-account-signing-key-file=${flags.serviceAccounts.keyFile}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    "--allow-privileged=true",
    `--kubelet-certificate-authority=${flags.caFile}`,
    `--kubelet-client-certificate=${flags.kubeletClient.certFile}`,
    `--kubelet-client-key=${flags.kubeletClient.keyFile}`,
    "--kubelet-preferred-address-types=Hostname",
    `--requestheader-client-ca-file=${flags.frontProxy.caFile}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${flags.frontProxy.certFile}`,
    `--proxy-client-key-file=${flags.frontProxy.keyFile}`,
    "--profiling=false",
    ...encryptionArgs(flags.encryptionConfig),
    ...auditArgs(flags.auditPolicy, flags.auditWebhook),
    ...flags.extraArgs,
  ];
}

function encryptionArgs(file: string | undefined): string[] {
  if (file === undefined) return [];
  return [`--encryption-provider-config=${file}`, "--encryption-provider-config-automatic-reload=true"];
}

function auditArgs(policy: string | undefined, webhook: string | undefined): string[] {
  return [
    ...(policy === undefined ? [] : [`--audit-policy-file=${policy}`]),
    // Its default of 30 s between batches is for clusters; here somebody waits.
    ...(webhook === undefined
      ? []
      : [`--audit-webhook-config-file=${webhook}`, "--audit-webhook-batch-max-wait=250ms"]),
  ];
}
