import { KustodyError } from "../../../kernel/errors.ts";
import { socketFolder } from "./plugin-files.ts";

export const DISTRIBUTIONS = ["kubeadm", "k3s", "rke2", "manual"] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Clusters whose API server belongs to the provider: no flag, no file and no plugin of ours gets there. */
const MANAGED: Readonly<Record<string, string>> = {
  eks: "let EKS encrypt with an AWS KMS key of your own: aws eks associate-encryption-config",
  gke: "let GKE encrypt with a Cloud KMS key of your own: gcloud container clusters update --database-encryption-key",
  aks: "let AKS encrypt with a Key Vault key of your own: az aks update --enable-azure-keyvault-kms",
};

/** The name as one of those that are supported. Errors: KST_ENCRYPTION_CONFIG for managed clusters, KST_USAGE. */
export function distributionOf(name: string): Distribution {
  const found = DISTRIBUTIONS.find((one) => one === name);
  if (found !== undefined) return found;
  const instead = Object.hasOwn(MANAGED, name) ? MANAGED[name] : undefined;
  if (instead !== undefined) {
    throw new KustodyError(
      "KST_ENCRYPTION_CONFIG",
      `${name.toUpperCase()} runs the API server itself and takes no KMS plugin`,
      {
        hint: instead,
      },
    );
  }
  throw new KustodyError("KST_USAGE", `there is no distribution "${name.slice(0, 40)}"`, {
    hint: `known are ${[...DISTRIBUTIONS, ...Object.keys(MANAGED)].join(", ")}`,
  });
}

/** How the API server of a distribution comes to read the file and reach the socket: text for a person. Pure. */
export function apiServerInstructions(distribution: Distribution, file: string, endpoint: string): string {
  const folder = file.slice(0, file.lastIndexOf("/")) || "/";
  const sockets = socketFolder(endpoint);
  const flags = [`--encryption-provider-config=${file}`, "--encryption-provider-config-automatic-reload=true"];
  switch (distribution) {
    case "manual":
      return `Start each API server with\n  ${flags.join("\n  ")}\nand let it see the folders ${folder} and ${sockets} as a whole.\n${PROBE}`;
    case "k3s":
      return `In /etc/rancher/k3s/config.yaml of each server, then restart k3s:\n  kube-apiserver-arg:\n${flags.map((flag) => `    - ${flag.slice(2)}\n`).join("")}Values that k3s encrypted itself (secrets-encryption) stay readable only with its providers: pass its\n/var/lib/rancher/k3s/server/cred/encryption-config.json as --file's content first.\n`;
    case "rke2":
      return `In /etc/rancher/rke2/config.yaml of each server, then restart rke2-server:\n  kube-apiserver-arg:\n${flags.map((flag) => `    - ${flag.slice(2)}\n`).join("")}  kube-apiserver-extra-mount:\n    - ${folder}:${folder}:ro\n    - ${sockets}:${sockets}\nRKE2 encrypts by itself: copy /var/lib/rancher/rke2/server/cred/encryption-config.json to ${file}\nbefore 'kustody encryption init', so that its providers are kept for reading.\n`;
    case "kubeadm":
      return [
        "In /etc/kubernetes/manifests/kube-apiserver.yaml of each control-plane node:",
        ...flags.map((flag) => `    - ${flag}`),
        "    volumeMounts:",
        `    - {name: encryption, mountPath: ${folder}, readOnly: true}`,
        `    - {name: kms-socket, mountPath: ${sockets}}`,
        "  volumes:",
        `  - {name: encryption, hostPath: {path: ${folder}, type: Directory}}`,
        `  - {name: kms-socket, hostPath: {path: ${sockets}, type: DirectoryOrCreate}}`,
        "and the same under apiServer.extraArgs and extraVolumes of the ConfigMap kube-system/kubeadm-config, or the next",
        "'kubeadm upgrade' takes it away. Folders are mounted, not files: a file that is replaced would not be seen.",
        PROBE,
      ].join("\n");
  }
}

const PROBE =
  "Let the liveness probe ask /livez?exclude=kms-providers: restarting an API server during an outage of the key service only\nloses the keys that it has in memory.\n";
