import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * A process as it can be told from any other: the kernel reuses ids, but not with the same start time.
 * Nothing in the lab signals an id without comparing the start time first.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, as text: field 22 of /proc/PID/stat (proc(5)). */
  readonly startTime: string;
}

/** Identity of a living process; undefined when there is none of that id, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === "Z" || stat.state === "X"
    ? undefined
    : { pid, startTime: stat.startTime };
}

/** Identity of a child just spawned, which may have ended already: it stays a zombie until the event loop turns. */
export function identifyChild(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

interface Stat {
  readonly state: string;
  readonly group: number;
  readonly startTime: string;
}

/** What a line of /proc/PID/stat says. The command in its brackets may itself hold brackets and blanks. */
export function parseStat(stat: string): Stat | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || !/^\d+$/.test(startTime)) return undefined;
  return { state, group: Number(fields[2]), startTime };
}

/** Whether this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends `signal` to the process and the whole group that it leads, if it is still the same process. */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(-identity.pid, signal);
    return true;
  } catch {
    return false; // it ended just now, or leads no group
  }
}

/**
 * Kills what is left of a group whose leader is gone, and says whether there was anything. The kernel gives its id to
 * no other process while a member lives.
 */
export function killLeaderlessGroup(pid: number): boolean {
  if (identify(pid) !== undefined) return false; // the id belongs to somebody else by now
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    return false; // the common case, and a cheap one
  }
  return readdirSync("/proc").some((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    return stat !== undefined && stat.group === pid && stat.state !== "Z"; // init reaps zombies in its own time
  });
}

/** Where ids and start times have a meaning: this boot, and this PID namespace. */
export function processWorld(): string {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
}
