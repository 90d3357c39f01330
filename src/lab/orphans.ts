import { readdirSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KustodyError } from "../kernel/errors.ts";
import { removeCgroup } from "./cgroups.ts";
import { endProcess } from "./end-process.ts";
import { readLabEnvironment } from "./environment.ts";
import { isAlive, processWorld } from "./process-identity.ts";
import { RECORD_FILE, type RunRecord, readRecord } from "./run-record.ts";
import { isThrowAwayFolder, openRuntimeFolder } from "./runtime-folder.ts";

/** What is to be done about a registered run. Pure. */
export function judgeRun(
  record: RunRecord | undefined,
  here: { readonly world: string; readonly alive: (identity: { pid: number; startTime: string }) => boolean },
): "leave" | "forget" | "end" {
  if (record === undefined) return "forget"; // its folder is gone
  const [boot, namespace] = record.world.split("/");
  const [bootHere, namespaceHere] = here.world.split("/");
  if (boot !== bootHere) return "forget"; // nothing survives a reboot
  if (namespace !== namespaceHere) return "leave"; // its ids mean nothing here
  if (record.owner === "detached") return record.processes.some(here.alive) ? "leave" : "forget";
  return here.alive(record.owner) ? "leave" : "end";
}

/**
 * Ends what earlier runs of this user left behind because they were killed, and removes their throw-away data.
 * Runs whose owner lives and detached runs are left alone. Called at each start of a control plane.
 */
export async function cleanOrphans(runtime: string = readLabEnvironment().runtime): Promise<void> {
  const runs = join(openRuntimeFolder(runtime), "runs");
  const here = { world: processWorld(), alive: isAlive };
  for (const id of readdirSync(runs)) {
    const link = join(runs, id);
    const file = targetOf(link);
    if (file === undefined) continue; // somebody else cleans as well
    const record = readRecord(file);
    const verdict = judgeRun(record, here);
    if (verdict === "leave") continue;
    if (verdict === "end" && record !== undefined) await endRecorded(record, 0);
    await rm(file, { force: true });
    if (isThrowAwayFolder(runtime, dirname(file))) await rm(dirname(file), { recursive: true, force: true });
    await rm(link, { force: true });
  }
}

/**
 * Ends the run whose record lies in `dataDir`, detached or not. The data stays, unless it was to be thrown away.
 * Errors: KST_LAB_NOT_RUNNING when nothing runs there.
 */
export async function stopDetached(dataDir: string, runtime: string = readLabEnvironment().runtime): Promise<void> {
  const file = join(dataDir, RECORD_FILE);
  const record = livingRecord(dataDir);
  if (record === undefined) throw new KustodyError("KST_LAB_NOT_RUNNING", `no control plane runs from ${dataDir}`);
  await endRecorded(record, undefined);
  await rm(file, { force: true }); // its registration is forgotten at the next start
  if (isThrowAwayFolder(runtime, dataDir)) await rm(dataDir, { recursive: true, force: true });
}

/** Whether processes of a run, ours or another's, live on the data in `dataDir`. */
export function runsFrom(dataDir: string): boolean {
  return livingRecord(dataDir) !== undefined;
}

function livingRecord(dataDir: string): RunRecord | undefined {
  const record = readRecord(join(dataDir, RECORD_FILE));
  return record?.world === processWorld() && record.processes.some(isAlive) ? record : undefined;
}

async function endRecorded(record: RunRecord, graceMillis: number | undefined): Promise<void> {
  for (const entry of record.processes.toReversed()) await endProcess(entry, graceMillis ?? entry.graceMillis);
  for (const cgroup of record.cgroups) await removeCgroup(cgroup);
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
