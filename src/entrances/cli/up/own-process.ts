import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ProcessSpec } from "../../../lab/index.ts";

/** One of our own commands as a process beside the control plane; it is ready when its /readyz says so. */
export function ownProcess(
  name: string,
  command: readonly string[],
  options: Readonly<Record<string, string>>,
  port: number,
  dataDir: string,
): ProcessSpec {
  const [script = "", main = ""] = ["../../../../bin/kustody.mjs", "../main.ts"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const flags = Object.entries({ ...options, "metrics-listen": `127.0.0.1:${port}` });
  return {
    name: `kustody-${name}`,
    command: process.execPath,
    args: [script, compiled(main), ...command, ...flags.map(([flag, value]) => `--${flag}=${value}`)],
    logFile: join(dataDir, "logs", `kustody-${name}.log`),
    ready: async (signal) => (await fetch(`http://127.0.0.1:${port}/readyz`, { signal })).ok,
    quoteLog: true,
  };
}

/** In an installed package this file and main.ts are compiled. */
function compiled(main: string): string {
  return import.meta.url.endsWith(".js") ? main.replace(/\.ts$/, ".js") : main;
}
