import { readFile } from "node:fs/promises";
import { KustodyError } from "../../kernel/errors.ts";
import { executableIn, onPath } from "../binaries/find.ts";
import type { LabEnvironment } from "../environment.ts";

/** What a node takes from the machine. */
export interface NodeTools {
  readonly containerd: string;
  readonly ctr: string;
  readonly busybox: string;
  /** Folder of the CNI plugins. */
  readonly cni: string;
}

/** Command → Debian package. Those that NodeTools lacks are called by kubelet, containerd or the namespaces' first process. */
const COMMANDS = {
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  busybox: "busybox-static",
  iptables: "iptables",
  conntrack: "conntrack",
  ip: "iproute2",
  mount: "mount",
  unshare: "util-linux",
  nsenter: "util-linux",
} as const;

const CNI_FOLDERS = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];
/** Where they are even when the PATH of an ordinary user does not say so. */
const SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/** A Unix socket's path has 107 bytes (unix(7)); kubelet needs these for what it puts below its folder. */
const LONGEST_FOLDER = 60;

/** Looks for all at once, so that one apt-get brings what is missing. Errors: KST_LAB_NODE_REQUIREMENTS. */
export async function findNodeTools(
  environment: LabEnvironment,
  dataDir: string,
  systemFolders: readonly string[] = SBIN,
): Promise<NodeTools> {
  if (process.getuid?.() !== 0) throw lacking("a node needs root: kubelet mounts volumes and makes cgroups");
  if (Buffer.byteLength(dataDir) > LONGEST_FOLDER) {
    throw lacking(`${dataDir} is too long a path for the sockets below it`, `at most ${LONGEST_FOLDER} bytes`);
  }
  const path = [...environment.path, ...systemFolders];
  const found = new Map<string, string | undefined>();
  for (const command of Object.keys(COMMANDS)) found.set(command, await onPath(path, command));
  const missing = new Set<string>();
  for (const [command, debian] of Object.entries(COMMANDS)) if (found.get(command) === undefined) missing.add(debian);
  const busybox = found.get("busybox") ?? "";
  if (busybox !== "" && !(await isStatic(busybox))) missing.add("busybox-static");
  const cni = await cniFolder();
  if (cni === undefined) missing.add("containernetworking-plugins");
  if (missing.size > 0 || cni === undefined) {
    const names = [...missing].join(" ");
    throw lacking(`a node needs what this machine has not: ${names}`, `apt-get install ${names}`);
  }
  return { containerd: found.get("containerd") ?? "", ctr: found.get("ctr") ?? "", busybox, cni };
}

async function cniFolder(): Promise<string | undefined> {
  for (const folder of CNI_FOLDERS) {
    const plugins = await Promise.all(["bridge", "host-local", "loopback"].map((name) => executableIn(folder, name)));
    if (plugins.every((plugin) => plugin !== undefined)) return folder;
  }
  return undefined;
}

/** A dynamic program names its interpreter, which a container of nothing else would lack. */
async function isStatic(file: string): Promise<boolean> {
  const bytes = await readFile(file);
  return !bytes.includes("/ld-linux") && !bytes.includes("/ld-musl");
}

function lacking(message: string, hint?: string): KustodyError {
  return new KustodyError("KST_LAB_NODE_REQUIREMENTS", message, hint === undefined ? {} : { hint });
}
