import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Supervisor } from "../supervisor.ts";

/**
 * Makes a cgroup for one node in every hierarchy, so that two nodes on one machine do not share `kubepods`, and names
 * them to the supervisor, who removes them at the end. Returns kubelet's `cgroupRoot`.
 */
export async function makeNodeCgroups(supervisor: Supervisor): Promise<string> {
  const name = `kustody-${randomBytes(4).toString("hex")}`;
  for (const hierarchy of cgroupHierarchies(await readFile("/proc/self/mounts", "utf8"))) {
    const path = join(hierarchy.path, name);
    supervisor.recordCgroup(path);
    if (hierarchy.inUse) await mkdir(path);
  }
  return `/${name}`;
}

/**
 * The cgroup hierarchies in a mounts file (proc(5)). Where those of v1 are in use, a v2 beside them is not, though
 * containers leave a folder there as well. Pure.
 */
export function cgroupHierarchies(mounts: string): { readonly path: string; readonly inUse: boolean }[] {
  const found = mounts.split("\n").flatMap((line) => {
    const [, path = "", type] = line.split(" ");
    const known = type === "cgroup" || type === "cgroup2";
    return known && path.startsWith("/sys/fs/cgroup") ? [{ path, type }] : [];
  });
  const first = found.some(({ type }) => type === "cgroup");
  return found.map(({ path, type }) => ({ path, inUse: !first || type === "cgroup" }));
}
