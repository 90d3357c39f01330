/** The servers of a control plane and its node, as their binaries are called. */
export type Component =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "containerd"
  | "kubelet";

/** Folders of one control plane below its data folder. */
export interface Layout {
  readonly root: string;
  readonly pki: string;
  readonly logs: string;
  readonly etcd: string;
  readonly config: string;
}

/** Addresses of Services; the first is the API server's own. */
export const SERVICE_CIDR = "10.0.0.0/24";
export const API_SERVICE_ADDRESS = "10.0.0.1";
