import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Everything that a run of `bin/kustody` lets others see. */
export interface Seen {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Arguments and environment of the process and all that it started, as /proc showed them while it ran. */
  readonly processes: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** It gets SIGINT, as from Ctrl-C, when this resolves. */
  readonly interrupt?: Promise<unknown>;
}

const BIN = new URL("../../bin/kustody", import.meta.url).pathname;

/** Runs the program as its user does, and looks over its shoulder. It ends with the test: SIGKILL after `timeout`. */
export async function runKustody(args: readonly string[], options: RunOptions = {}): Promise<Seen> {
  const child = spawn(BIN, args, {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    timeout: 600_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(options.stdin ?? "");
  void options.interrupt?.finally(() => child.kill("SIGINT"));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const processes = new Set<string>();
  const look = (): void => {
    for (const line of commandLinesBelow(child.pid)) processes.add(line);
  };
  const looking = setInterval(look, 20);
  const code = await ended.finally(() => clearInterval(looking));
  return { code, stdout, stderr, processes: [...processes].join("\n") };
}

/** `cmdline` of a process and of its descendants; other users' processes and ended ones are passed over. */
function commandLinesBelow(root: number | undefined): string[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(`/proc/${name}/stat`);
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow).map((pid) => read(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
