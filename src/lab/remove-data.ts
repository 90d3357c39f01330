import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { KustodyError } from "../kernel/errors.ts";
import { runsFrom } from "./orphans.ts";
import { RECORD_FILE } from "./run-record.ts";

/** What a control plane keeps in its data folder. */
const OURS: ReadonlySet<string> = new Set([
  "pki",
  "logs",
  "etcd",
  "config",
  "node",
  "kubeconfig",
  RECORD_FILE,
  `${RECORD_FILE}.new`,
]);

/**
 * Removes a control plane's data, and the folder where nothing else lies in it: somebody may have named one that holds
 * more than the lab put there. `alsoOurs` takes names that the caller put beside it. Nothing happens where there is none.
 * Errors: KST_LAB_IN_USE while a control plane runs from it.
 */
export async function removeData(dataDir: string, alsoOurs: (name: string) => boolean = () => false): Promise<void> {
  if (runsFrom(dataDir)) throw new KustodyError("KST_LAB_IN_USE", `a control plane runs from ${dataDir}`);
  const names = await readdir(dataDir).catch(() => []);
  for (const name of names) {
    if (OURS.has(name) || alsoOurs(name)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
  await rmdir(dataDir).catch(() => undefined);
}
