import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";

const PATIENCE_MILLIS = 10_000;
const PAUSE_MILLIS = 15;

export interface LocalLock {
  /** Whether it is still ours; asked right before the write that it protects. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * A lock between processes of one machine: a file that only one can create, with the holder's process in it. A lock whose
 * process is gone is taken over. The takeover moves the file aside and looks again at what it moved, so that of two
 * processes that found the same stale lock one wins.
 */
export async function lockLocalStore(file: string, clock: Clock, signal: AbortSignal): Promise<LocalLock> {
  const ours = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), nonce: randomUUID() });
  const until = clock.now() + PATIENCE_MILLIS;
  for (;;) {
    signal.throwIfAborted();
    if (await create(file, ours)) break;
    const holder = await readFile(file, "utf8").catch(() => undefined);
    if (holder !== undefined && !(await isAlive(holder))) await takeOver(file, holder);
    else if (clock.now() >= until) {
      throw new KustodyError("KST_LOCAL_STORE_BUSY", `another process holds ${file}`, {
        hint: "end it, or wait until it has written",
        retry: "backoff",
      });
    } else await clock.sleep(PAUSE_MILLIS, signal);
  }
  const isHeld = async (): Promise<boolean> => (await readFile(file, "utf8").catch(() => "")) === ours;
  return {
    isHeld,
    async release() {
      if (await isHeld()) await rm(file, { force: true });
    },
  };
}

/** A lock file appears with its whole content: written under another name first, then linked, which fails if it exists. */
async function create(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.close();
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function takeOver(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, "utf8").catch(() => stale);
  // A living process's lock was moved by mistake: put it back.
  if (moved !== stale) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function isAlive(content: string): Promise<boolean> {
  try {
    const { pid, started } = JSON.parse(content) as { pid: number; started: string };
    process.kill(pid, 0);
    return (await startOf(pid)) === started;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process started, in the kernel's ticks (proc(5)), since process ids are used again; empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
