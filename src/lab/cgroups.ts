import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Removes a cgroup with all below it, and ends what still runs in it: pods live in cgroups of their own, and a cgroup
 * can only be removed when it is empty. Nothing happens when it does not exist.
 */
export async function removeCgroup(path: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await removeTree(path)) && Date.now() < deadline) await sleep(20);
}

async function removeTree(path: string): Promise<boolean> {
  const children = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (children === undefined) return true;
  for (const child of children) if (child.isDirectory()) await removeTree(join(path, child.name));
  await killMembers(path);
  return rmdir(path).then(
    () => true,
    () => false,
  );
}

/** The kernel lists only processes that are in the cgroup at this moment, so no id here can be a recycled one. */
async function killMembers(path: string): Promise<void> {
  const members = await readFile(join(path, "cgroup.procs"), "utf8").catch(() => "");
  for (const line of members.split("\n")) {
    const pid = Number(line);
    if (!Number.isInteger(pid) || pid <= 1) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it ended by itself
    }
  }
}
