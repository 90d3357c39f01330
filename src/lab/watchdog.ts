import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that ends a run's processes as soon as we are gone, however we went: its standard input is a pipe that only
 * we hold, so the kernel closes it even after kill -9. A word on the pipe means that the run goes on without us.
 * Start times are compared as in process-identity.ts: the 20th word behind the bracket of /proc/PID/stat.
 */
const SCRIPT = `
start_of() {
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
  set -- \${stat##*) }
  echo "\${20}"
}
IFS= read -r word
[ "$word" = release ] && exit 0
[ -f "$1" ] || exit 0
while read -r kind pid start rest; do
  [ "$kind" = process ] && [ "$(start_of "$pid")" = "$start" ] && kill -KILL "-$pid" 2>/dev/null
done < "$1"
exit 0
`;

export interface Watchdog {
  /** It ends without ending anything: the processes are stopped already, or outlive us on purpose. */
  release(): Promise<void>;
}

/** Starts the watchdog over a record file. In a session of its own, so that Ctrl-C on the terminal does not reach it. */
export function startWatchdog(recordFile: string): Watchdog {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "kustody-watchdog", recordFile], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
  });
  child.on("error", () => undefined); // without /bin/sh the next start cleans up
  child.stdin?.on("error", () => undefined);
  child.unref();
  unrefPipe(child);
  return { release: () => release(child) };
}

async function release(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end("release\n");
  await gone;
}

function unrefPipe(child: ChildProcess): void {
  const pipe: unknown = child.stdin;
  if (typeof pipe === "object" && pipe !== null && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
}
