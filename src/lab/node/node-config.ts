import { API_SERVICE_ADDRESS } from "../components/component.ts";
import type { CertificateFiles } from "../pki.ts";
import { LAB_IMAGES } from "./lab-images.ts";

/** The node's name: the API server reaches kubelet by it, on this machine. */
export const NODE_NAME = "localhost";
/** Pods and the node share a bridge of this subnet, inside the node's own network namespace. */
export const POD_SUBNET = "10.88.0.0/16";
export const NODE_ADDRESS = "10.88.0.1";
export const BRIDGE = "kustody0";
/** In the node's own mount namespace, as are the folders below /run and /var/lib that follow. */
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** containerd's configuration, for a machine without AppArmor and without CAP_SYS_RESOURCE. Pure. */
export function containerdConfig(request: {
  readonly root: string;
  readonly cniPlugins: string;
  readonly cniConfig: string;
  readonly snapshotter: "overlayfs" | "native";
}): string {
  return `version = 2
root = ${toml(request.root)}
state = "/run/containerd"
[grpc]
address = ${toml(CONTAINERD_SOCKET)}
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = ${toml(LAB_IMAGES.pause)}
disable_apparmor = true
restrict_oom_score_adj = true
disable_tcp_service = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = ${toml(request.cniPlugins)}
conf_dir = ${toml(request.cniConfig)}
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = ${toml(request.snapshotter)}
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

/** The pods' network: one bridge, addresses from a folder. Pure. */
export function cniConfig(ipamFolder: string): object {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: POD_SUBNET, gateway: NODE_ADDRESS, rangeStart: "10.88.0.10" }]],
    routes: [{ dst: "0.0.0.0/0" }],
    dataDir: ipamFolder,
  };
  return {
    cniVersion: "0.4.0",
    name: "kustody-lab",
    plugins: [{ type: "bridge", bridge: BRIDGE, isGateway: true, ipMasq: false, hairpinMode: true, ipam }],
  };
}

/** A KubeletConfiguration that changes nothing of the machine, and sees a changed Secret at once. Pure. */
export function kubeletConfig(request: {
  readonly port: number;
  readonly folder: string;
  readonly caFile: string;
  readonly server: CertificateFiles;
  readonly cgroupRoot: string;
}): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "127.0.0.1",
    port: request.port,
    readOnlyPort: 0,
    healthzPort: 0,
    tlsCertFile: request.server.certFile,
    tlsPrivateKeyFile: request.server.keyFile,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: request.caFile },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: request.cgroupRoot,
    failCgroupV1: false,
    enforceNodeAllocatable: ["none"],
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    evictionHard: {
      "memory.available": "0%",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
      "imagefs.inodesFree": "0%",
    },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
    syncFrequency: "1s",
    configMapAndSecretChangeDetectionStrategy: "Watch",
    nodeStatusUpdateFrequency: "1s",
    resolvConf: `${request.folder}/resolv.conf`,
    volumePluginDir: `${request.folder}/volume-plugins`,
    podLogsDir: `${request.folder}/pod-logs`,
  };
}

/**
 * The first process of the node's namespaces. Its words: data folder, port of the API server.
 *
 * 1. What kubelet, containerd and CNI write below /run, /var/lib and /var/log stays in memory and in here, while what the
 *    machine has there is still seen; the data folder itself is put back when it lies below one of them.
 * 2. kubelet insists on kernel settings: it finds copies that already say what it wants.
 * 3. A network of its own, with a default route, from whose interface kubelet takes its address. Pods reach the API
 *    server at its Service's address.
 * 4. Orphaned processes of pods come to process 1, which has to reap them.
 */
export const NAMESPACE_SCRIPT = `
set -eu
data=$1 port=$2
cd "$data"
mount --make-rshared /
# (1)
mkdir -p overlay
mount -t tmpfs tmpfs overlay
for folder in /run /var/lib /var/log; do
  name=$(echo "$folder" | tr / _)
  mkdir -p "overlay/$name/upper" "overlay/$name/work"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$data/overlay/$name/upper,workdir=$data/overlay/$name/work" "$folder"
  case "$data/" in "$folder"/*) mkdir -p "$data"; mount --bind . "$data" ;; esac
done
rm -rf /run/netns /run/containerd /var/lib/cni /var/lib/kubelet
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
# (2)
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \\
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=\${setting%=*}
  [ -e "/proc/sys/$file" ] || continue
  copy="overlay/$(echo "$file" | tr / _)"
  echo "\${setting#*=}" > "$copy"
  mount --bind "$copy" "/proc/sys/$file"
done
# (3)
ip link set lo up
ip link add ${BRIDGE} type bridge
ip addr add ${NODE_ADDRESS}/16 dev ${BRIDGE}
ip link set ${BRIDGE} up
ip route add default via 10.88.0.2 dev ${BRIDGE}
echo 1 > /proc/sys/net/ipv4/ip_forward
iptables -w -t nat -A PREROUTING -d ${API_SERVICE_ADDRESS} -p tcp --dport 443 -j DNAT --to-destination "${NODE_ADDRESS}:$port"
: > namespaces.ready
# (4)
while :; do sleep 3600 & wait; done
`;

function toml(text: string): string {
  return JSON.stringify(text); // a TOML basic string takes JSON's escapes
}
