import { readFileSync, renameSync, writeFileSync } from "node:fs";

/**
 * What one run has started, on disk, so that somebody else can end it: the watchdog when we die, the next start when
 * the watchdog died too, `kustody down` when the run was detached. Lines of words, because a shell reads it as well:
 *
 *     world <boot id>/<pid namespace>
 *     owner <pid> <start time>          or: owner detached
 *     process <pid> <start time> <grace in ms> <name>
 *     cgroup <path>                     removed once the processes are gone
 */
export interface RunRecord {
  readonly world: string;
  readonly owner: { readonly pid: number; readonly startTime: string } | "detached";
  readonly processes: readonly RecordedProcess[];
  readonly cgroups: readonly string[];
}

export interface RecordedProcess {
  readonly pid: number;
  readonly startTime: string;
  readonly graceMillis: number;
  readonly name: string;
}

export const RECORD_FILE = "processes.record";

const WORD = /^[\w./:@[\]+-]+$/;

export function formatRecord(record: RunRecord): string {
  const owner = record.owner === "detached" ? "detached" : `${record.owner.pid} ${record.owner.startTime}`;
  const lines = [
    `world ${record.world}`,
    `owner ${owner}`,
    ...record.processes.map((entry) => `process ${entry.pid} ${entry.startTime} ${entry.graceMillis} ${entry.name}`),
    ...record.cgroups.map((path) => `cgroup ${path}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The record, or undefined when the text is none: nothing is ever ended on the word of a damaged file. */
export function parseRecord(text: string): RunRecord | undefined {
  let world: string | undefined;
  let owner: RunRecord["owner"] | undefined;
  const processes: RecordedProcess[] = [];
  const cgroups: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [kind, ...words] = line.split(" ");
    if (!words.every((word) => WORD.test(word))) return undefined;
    const [first = "", second = "", third = "", fourth = ""] = words;
    if (kind === "world" && words.length === 1) world = first;
    else if (kind === "owner" && first === "detached" && words.length === 1) owner = "detached";
    else if (kind === "owner" && words.length === 2 && isPid(first) && isNumber(second))
      owner = { pid: Number(first), startTime: second };
    else if (kind === "process" && words.length === 4 && isPid(first) && isNumber(second) && isNumber(third))
      processes.push({ pid: Number(first), startTime: second, graceMillis: Number(third), name: fourth });
    else if (kind === "cgroup" && words.length === 1 && first.startsWith("/sys/fs/cgroup/") && !first.includes(".."))
      cgroups.push(first);
    else return undefined;
  }
  return world === undefined || owner === undefined ? undefined : { world, owner, processes, cgroups };
}

/** Reads a record; undefined when there is none or it is damaged. */
export function readRecord(file: string): RunRecord | undefined {
  try {
    return parseRecord(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Writes synchronously and in one piece: a record must exist before anything else happens to the process it names. */
export function writeRecord(file: string, record: RunRecord): void {
  writeFileSync(`${file}.new`, formatRecord(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function isPid(word: string): boolean {
  return /^[1-9]\d{0,9}$/.test(word) && Number(word) > 1;
}

function isNumber(word: string): boolean {
  return /^\d{1,20}$/.test(word);
}
