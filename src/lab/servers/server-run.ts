import { chmod, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type LabEnvironment, readLabEnvironment } from "../environment.ts";
import { cleanOrphans } from "../orphans.ts";
import { makeThrowAwayFolder } from "../runtime-folder.ts";
import { Supervisor } from "../supervisor.ts";

/** What every server beside the control plane is started with. */
export interface ServerStartOptions {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** For tests; the process's own otherwise. */
  readonly environment?: LabEnvironment;
}

/** One server's folder, which is removed at its end, and the supervisor of its processes. */
export interface ServerRun {
  readonly folder: string;
  readonly supervisor: Supervisor;
  readonly environment: LabEnvironment;
  readonly end: () => Promise<void>;
}

/**
 * Opens a run in a throw-away folder, after ending what dead runs left. `openToOthers` lets other users pass through
 * the folders to what they own below, without listing anything: for servers that refuse to run as root.
 */
export async function openServerRun(
  name: string,
  options: ServerStartOptions,
  openToOthers = false,
): Promise<ServerRun> {
  const environment = options.environment ?? readLabEnvironment();
  await cleanOrphans(environment.runtime);
  const folder = await makeThrowAwayFolder(environment.runtime, name);
  if (openToOthers) {
    for (const path of [folder, dirname(folder), dirname(dirname(folder))]) await chmod(path, 0o711);
  }
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const supervisor = await Supervisor.open({ folder, environment, ...progress });
  const end = async (): Promise<void> => {
    await supervisor.stopAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return { folder, supervisor, environment, end };
}

/** `start`, and the run's end when that fails. */
export async function orEnd<T>(run: ServerRun, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await run.end();
    throw error;
  }
}
