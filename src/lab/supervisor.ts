import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../kernel/errors.ts";
import { removeCgroup } from "./cgroups.ts";
import { endProcess } from "./end-process.ts";
import { type LabEnvironment, readLabEnvironment } from "./environment.ts";
import { logTail } from "./log-tail.ts";
import {
  identify,
  identifyChild,
  isAlive,
  killLeaderlessGroup,
  type ProcessIdentity,
  processWorld,
  signalGroup,
} from "./process-identity.ts";
import { RECORD_FILE, type RunRecord, writeRecord } from "./run-record.ts";
import { registerRun } from "./runtime-folder.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/** A server to run. */
export interface ProcessSpec {
  /** One word; names the process in messages and in the record. */
  readonly name: string;
  readonly command: string;
  /** No secret values: every user of the machine can read arguments. */
  readonly args: readonly string[];
  /** Beside PATH, HOME, TMPDIR and LANG, which every process gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Standard output and error are appended to it; mode 0600. */
  readonly logFile: string;
  /** Asked every 25 ms until it says true; a rejection counts as "not yet". */
  readonly ready: (signal: AbortSignal) => Promise<boolean>;
  /** 60 s unless told. */
  readonly readyWithinMillis?: number;
  /** Between SIGTERM and SIGKILL when it is stopped; 2 s unless told. */
  readonly graceMillis?: number;
  /** Whether an error may quote the last line of its log: only for servers that print no secret values. */
  readonly quoteLog?: boolean;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
}

interface Supervised {
  readonly spec: ProcessSpec;
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
}

/**
 * Runs servers and answers for their end.
 *
 * Guarantees: every process ends with this one – on exit, on an uncaught error, on SIGINT or SIGTERM, at kill -9 (the
 * watchdog), and, had the watchdog died as well, at the next start (`cleanOrphans`) – unless `detach` was called.
 * Nothing keeps the event loop alive: a program that forgets `stop` ends all the same, and its servers with it.
 * Assumptions: Linux (/proc). Processes stay in the group that they are started in.
 */
export class Supervisor implements AsyncDisposable {
  readonly #recordFile: string;
  readonly environment: LabEnvironment;
  readonly #onProgress: (line: string) => void;
  readonly #owner: ProcessIdentity;
  readonly #watchdog: Watchdog;
  #unregister: () => Promise<void> = async () => undefined;
  readonly #processes = new Map<string, Supervised>();
  readonly #cgroups: string[] = [];
  readonly #killAll = (): void => {
    for (const { identity } of this.#processes.values()) signalGroup(identity, "SIGKILL");
  };
  #detached = false;

  private constructor(options: SupervisorOptions, environment: LabEnvironment) {
    const owner = identify(process.pid);
    if (owner === undefined) throw new KustodyError("KST_LAB_UNSUPPORTED", "/proc does not show this process");
    this.#owner = owner;
    this.environment = environment;
    this.#onProgress = options.onProgress ?? (() => undefined);
    this.#recordFile = join(options.folder, RECORD_FILE);
    this.#writeRecord();
    this.#watchdog = startWatchdog(this.#recordFile);
    process.on("exit", this.#killAll);
  }

  /** Opens a run whose record lies in `folder`. One run per folder at a time. */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    const environment = options.environment ?? readLabEnvironment();
    const supervisor = new Supervisor(options, environment);
    // The record is there before the registration: who finds one without the other forgets the run.
    supervisor.#unregister = await registerRun(environment.runtime, supervisor.#recordFile);
    return supervisor;
  }

  /**
   * Starts a process and waits until it is ready.
   * Errors: KST_LAB_PORT_TAKEN when it ended because an address was in use, KST_LAB_START_FAILED otherwise.
   */
  async start(spec: ProcessSpec, signal?: AbortSignal): Promise<RunningProcess> {
    signal?.throwIfAborted();
    const present = this.#processes.get(spec.name);
    if (present !== undefined && isAlive(present.identity)) {
      throw new KustodyError("KST_INTERNAL", `${spec.name} already runs`);
    }
    const { supervised, logStart } = this.#spawn(spec);
    try {
      await this.#untilReady(supervised, logStart, signal);
    } catch (error) {
      await this.stop(spec.name);
      throw error;
    }
    return { name: spec.name, pid: supervised.identity.pid };
  }

  /** Those that run now, in the order of their start. */
  running(): RunningProcess[] {
    return [...this.#processes.values()]
      .filter(({ identity }) => isAlive(identity))
      .map(({ spec, identity }) => ({ name: spec.name, pid: identity.pid }));
  }

  /** Ends one process, gracefully unless told otherwise. Nothing happens when it does not run. */
  async stop(name: string, options: { readonly graceMillis?: number } = {}): Promise<void> {
    const supervised = this.#processes.get(name);
    if (supervised === undefined) return;
    const { child, identity, spec } = supervised;
    this.#processes.delete(name); // first, so that its end is not reported as unexpected
    const exited = child.exitCode !== null || child.signalCode !== null;
    const exit = exited ? Promise.resolve() : new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.ref();
    await endProcess(identity, options.graceMillis ?? spec.graceMillis ?? 2000);
    await exit;
    this.#writeRecord();
  }

  /** SIGKILL at once: it stays dead until it is started again. */
  kill(name: string): Promise<void> {
    return this.stop(name, { graceMillis: 0 });
  }

  /** Ends all in the reverse order of their start, and forgets the run. False when they outlive us: see `detach`. */
  async stopAll(options: { readonly graceMillis?: number } = {}): Promise<boolean> {
    if (this.#detached) return false;
    for (const name of [...this.#processes.keys()].toReversed()) await this.stop(name, options);
    process.off("exit", this.#killAll);
    await this.#watchdog.release();
    for (const cgroup of this.#cgroups) await removeCgroup(cgroup);
    rmSync(this.#recordFile, { force: true });
    await this.#unregister();
    return true;
  }

  /** From now on the processes outlive us; the record stays, and `stopDetached` ends them by it. */
  async detach(): Promise<void> {
    this.#detached = true;
    this.#writeRecord();
    process.off("exit", this.#killAll);
    await this.#watchdog.release();
  }

  /** Names a cgroup that is to be removed when all have ended, by whoever ends them. */
  recordCgroup(path: string): void {
    this.#cgroups.push(path);
    this.#writeRecord();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
  }

  #spawn(spec: ProcessSpec): { supervised: Supervised; logStart: number } {
    const log = openSync(spec.logFile, "a", 0o600);
    const logStart = logTail.size(spec.logFile);
    let child: ChildProcess;
    try {
      child = spawn(spec.command, spec.args, {
        cwd: spec.cwd ?? "/",
        env: { ...this.environment.server, ...spec.env },
        stdio: ["ignore", log, log],
        detached: true, // a session of its own: Ctrl-C reaches us, and we end it in order
        ...spec.user,
      });
    } finally {
      closeSync(log);
    }
    child.on("error", () => undefined); // seen as an exit by whoever waits
    const identity = child.pid === undefined ? undefined : identifyChild(child.pid);
    if (identity === undefined) {
      throw new KustodyError("KST_LAB_START_FAILED", `cannot run ${spec.command}`, {
        hint: `see ${spec.logFile}`,
      });
    }
    const supervised: Supervised = { spec, child, identity };
    this.#processes.set(spec.name, supervised);
    this.#writeRecord();
    child.unref();
    child.once("exit", () => this.#onExit(supervised));
    return { supervised, logStart };
  }

  #onExit(supervised: Supervised): void {
    const { spec, child, identity } = supervised;
    if (this.#processes.get(spec.name) !== supervised) return;
    killLeaderlessGroup(identity.pid); // what it had started itself
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    this.#onProgress(`${spec.name} ended unexpectedly (${how}); its log: ${spec.logFile}`);
  }

  async #untilReady(supervised: Supervised, logStart: number, signal: AbortSignal | undefined): Promise<void> {
    const { spec, child, identity } = supervised;
    const millis = spec.readyWithinMillis ?? 60_000;
    const deadline = Date.now() + millis;
    const ended = new AbortController();
    child.once("exit", () => ended.abort());
    for (;;) {
      signal?.throwIfAborted();
      if (!isAlive(identity)) throw startFailure(spec, `ended while it started`, logStart);
      const left = deadline - Date.now();
      if (left <= 0) throw startFailure(spec, `was not ready within ${Math.round(millis / 1000)} s`, logStart);
      const limits = [
        ended.signal,
        AbortSignal.timeout(Math.min(left, 5000)),
        ...(signal === undefined ? [] : [signal]),
      ];
      if (await spec.ready(AbortSignal.any(limits)).catch(() => false)) return;
      await sleep(25);
    }
  }

  #writeRecord(): void {
    const record: RunRecord = {
      world: processWorld(),
      owner: this.#detached ? "detached" : this.#owner,
      processes: [...this.#processes.values()].map(({ spec, identity }) => ({
        ...identity,
        graceMillis: spec.graceMillis ?? 2000,
        name: spec.name,
      })),
      cgroups: this.#cgroups,
    };
    writeRecord(this.#recordFile, record);
  }
}

export interface SupervisorOptions {
  readonly folder: string;
  readonly onProgress?: (line: string) => void;
  readonly environment?: LabEnvironment;
}

function startFailure(spec: ProcessSpec, what: string, logStart: number): KustodyError {
  const tail = logTail.read(spec.logFile, logStart);
  const hint = `its log: ${spec.logFile}`;
  if (/address already in use/i.test(tail)) {
    return new KustodyError("KST_LAB_PORT_TAKEN", `${spec.name} found its port taken`, { hint, retry: "backoff" });
  }
  const last = spec.quoteLog === true ? logTail.telling(tail) : undefined;
  const quote = last === undefined ? "" : `: ${last}`;
  return new KustodyError("KST_LAB_START_FAILED", `${spec.name} ${what}${quote}`, { hint });
}
