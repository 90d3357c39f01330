import { writeFile } from "node:fs/promises";
import type { KeyedCertificate } from "../kernel/crypto/certificates.ts";

export interface KubeconfigRequest {
  readonly cluster: string;
  readonly server: string;
  readonly caPem: string;
  readonly user: string;
  readonly certificate: KeyedCertificate;
}

/** Writes a kubeconfig that needs no other file, mode 0600: it holds the user's private key. Returns its path. */
export async function writeKubeconfig(file: string, request: KubeconfigRequest): Promise<string> {
  const { cluster, server, user, certificate } = request;
  const text = `apiVersion: v1
kind: Config
clusters:
  - name: ${cluster}
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(request.caPem).toString("base64")}
users:
  - name: ${user}
    user:
      client-certificate-data: ${Buffer.from(certificate.certPem).toString("base64")}
      client-key-data: ${certificate.keyPem.unwrap().toString("base64")}
contexts:
  - name: ${cluster}
    context:
      cluster: ${cluster}
      user: ${user}
current-context: ${cluster}
`;
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
