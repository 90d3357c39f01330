import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { childEnvironment } from "../config/environment.ts";
import { KustodyError } from "../errors.ts";

/** Output beyond this is not read at once. */
const LARGEST_OUTPUT = 1024 * 1024 * 1024;

/**
 * Asks for nothing, takes no lock, speaks English, fetches nothing that a partial clone lacks (older gits know only the list of
 * protocols, and none of that name exists), and shows objects as they are.
 */
const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_REPLACE_OBJECTS: "1",
  LC_ALL: "C",
} as const;

/** A repository's configuration names programs: none of those that these commands would run is run. */
const NO_PROGRAMS = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.quotePath=false",
];

/** What git prints. Errors: KST_SCAN_GIT, which says that git could not do `what`. */
export function git(folder: string, args: readonly string[], what: string, input?: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...NO_PROGRAMS, ...args], {
    env: childEnvironment(ENVIRONMENT),
    maxBuffer: LARGEST_OUTPUT,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (error === undefined && status === 0) return stdout;
  throw gitError(folder, what, error === undefined ? stderr.toString("utf8") : error.message);
}

export function gitError(folder: string, what: string, said: string): KustodyError {
  return new KustodyError("KST_SCAN_GIT", `git cannot ${what} ${folder}: ${said.trim().split("\n")[0] ?? ""}`, {
    hint: `run 'git -C ${folder} status'; it needs git, and a repository that git trusts`,
  });
}

/** The same without waiting in the way of others. Errors: KST_SCAN_GIT. */
export async function gitLines(folder: string, args: readonly string[], what: string): Promise<readonly string[]> {
  const child = spawn("git", ["-C", folder, ...NO_PROGRAMS, ...args], {
    env: childEnvironment(ENVIRONMENT),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [output, said, status] = await Promise.all([collect(child.stdout), collect(child.stderr), ended]).catch(
    (error: unknown) => [[], [Buffer.from((error as Error).message)], -1] as const,
  );
  if (status !== 0) throw gitError(folder, what, Buffer.concat(said).toString("utf8"));
  return Buffer.concat(output).toString("latin1").split("\n");
}

async function collect(stream: Readable): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks;
}

/** git as a process whose output is read as it comes; its complaints are dropped. */
export function spawnGit(folder: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, null> {
  return spawn("git", ["-C", folder, ...NO_PROGRAMS, ...args], {
    env: childEnvironment(ENVIRONMENT),
    stdio: ["pipe", "pipe", "ignore"],
  });
}
