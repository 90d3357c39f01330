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
    const path = join(hierarchy, name);
    supervisor.recordCgroup(path);
    await mkdir(path);
  }
  return `/${name}`;
}

/** Mount points of the cgroup hierarchies in a mounts file (proc(5)): those of v1, else the one of v2. Pure. */
export function cgroupHierarchies(mounts: string): string[] {
  const found = mounts.split("\n").map((line) => line.split(" "));
  const ofType = (type: string) =>
    found.flatMap(([, path, kind]) =>
      kind === type && path !== undefined && path.startsWith("/sys/fs/cgroup") ? [path] : [],
    );
  const first = ofType("cgroup");
  return [...new Set(first.length > 0 ? first : ofType("cgroup2"))];
}
