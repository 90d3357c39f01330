/** Binaries that the lab knows how to get. */
export type BinaryName = keyof typeof BINARIES;

export interface BinarySource {
  /** Folder below modules/ whose go.mod pins it. */
  readonly module: "kubernetes" | "etcd" | "vault" | "helm" | "gitleaks" | "kms-load";
  /** Go module whose version is the binary's. */
  readonly versionOf: string;
  /** Main package. */
  readonly package: string;
  /** Arguments that make it print its version. */
  readonly versionArgs: readonly string[];
  /** What a cold build takes on two cores, for the person who waits. */
  readonly coldBuild: string;
}

export const BINARIES = {
  etcd: {
    module: "etcd",
    versionOf: "go.etcd.io/etcd/server/v3",
    package: "go.etcd.io/etcd/server/v3",
    versionArgs: ["--version"],
    coldBuild: "half a minute",
  },
  "kube-apiserver": kubernetes("kube-apiserver", "four minutes"),
  "kube-controller-manager": kubernetes("kube-controller-manager", "four minutes, or one after kube-apiserver"),
  "kube-scheduler": kubernetes("kube-scheduler", "four minutes, or half a minute after kube-apiserver"),
  kubelet: kubernetes("kubelet", "four minutes, or one after kube-apiserver"),
  kubectl: kubernetes("kubectl", "two minutes", ["version", "--client"]),
  helm: {
    module: "helm",
    versionOf: "helm.sh/helm/v3",
    package: "helm.sh/helm/v3/cmd/helm",
    versionArgs: ["version", "--short"],
    coldBuild: "a minute and a half",
  },
  gitleaks: {
    module: "gitleaks",
    versionOf: "github.com/zricethezav/gitleaks/v8",
    package: "github.com/zricethezav/gitleaks/v8",
    versionArgs: ["version"],
    coldBuild: "half a minute",
  },
  /** Our own load generator for KMS plugins, with the API server's client. */
  "kms-load": {
    module: "kms-load",
    versionOf: "k8s.io/kms",
    package: ".",
    versionArgs: ["-help"],
    coldBuild: "half a minute",
  },
  vault: {
    module: "vault",
    versionOf: "github.com/hashicorp/vault",
    package: "github.com/hashicorp/vault",
    versionArgs: ["--version"],
    coldBuild: "eight minutes",
  },
} satisfies Record<string, BinarySource>;

function kubernetes(name: string, coldBuild: string, versionArgs: readonly string[] = ["--version"]): BinarySource {
  return {
    module: "kubernetes",
    versionOf: "k8s.io/kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    versionArgs,
    coldBuild,
  };
}
