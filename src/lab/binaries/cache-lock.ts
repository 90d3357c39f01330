import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../../kernel/errors.ts";
import { identify, isAlive } from "../process-identity.ts";

/**
 * Runs `work` while no other process holds `file`. A lock names its holder with its start time, so that one whose
 * holder was killed is taken over. `onWait` is called once when somebody else holds it.
 */
export async function withLock<T>(
  file: string,
  options: { readonly onWait: () => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const self = identify(process.pid);
  if (self === undefined) throw new KustodyError("KST_LAB_UNSUPPORTED", "/proc does not show this process");
  const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(mine, `${self.pid} ${self.startTime}`, { mode: 0o600 });
  try {
    for (let waits = 0; !(await take(mine, file)); waits++) {
      if (waits === 0) options.onWait();
      await sleep(200, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Linking is atomic and fails when the lock exists: it appears together with what it says. */
async function take(mine: string, file: string): Promise<boolean> {
  try {
    await link(mine, file);
    return true;
  } catch {
    const [pid = "", startTime = ""] = (await readFile(file, "utf8").catch(() => "")).split(" ");
    const holder = { pid: Number(pid), startTime };
    if (pid !== "" && startTime !== "" && !isAlive(holder)) await rm(file, { force: true });
    return false;
  }
}
