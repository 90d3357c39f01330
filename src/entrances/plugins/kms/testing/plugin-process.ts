import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connectGrpc, type GrpcClient } from "../../../../kernel/grpc/connect-grpc.ts";
import { KMS_SERVICE } from "../kms-service.ts";

/** `kustody kms serve` in a process of its own. */
export interface PluginProcess {
  readonly child: ChildProcess;
  /** All that it logged so far. */
  log(): string;
  /** Ends it and resolves with its exit code; null after SIGKILL. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;
const running = new Set<ChildProcess>();

/** Starts a plugin; resolves when it serves, and rejects with what it said when it ends instead. */
export async function startPlugin(
  socketPath: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<PluginProcess> {
  const all = [MAIN, "kms", "serve", "--listen", `unix://${socketPath}`, "--log-format", "json", ...args];
  const child = spawn(process.execPath, all, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  running.add(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exited = once(child, "exit").then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  for (let tries = 0; !log.includes("serving KMS v2") && child.exitCode === null; tries++) {
    if (tries === 600) throw new Error(`the plugin does not serve: ${log}`);
    await sleep(50);
  }
  if (child.exitCode !== null) throw new Error(log);
  return {
    child,
    log: () => log,
    end: async (signal = "SIGTERM") => {
      child.kill(signal);
      return await exited;
    },
  };
}

/** Ends those that a test left behind. */
export function endPlugins(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** A client of a plugin's socket. */
export function kmsClient(socketPath: string): Promise<GrpcClient> {
  return connectGrpc(socketPath, KMS_SERVICE);
}
