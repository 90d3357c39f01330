import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** `kustody operator` as users run it, in a process of its own. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly url: string;
  #output = "";

  constructor(
    kubeconfig: string,
    port: number,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.url = `http://127.0.0.1:${port}`;
    const kustody = new URL("../../bin/kustody", import.meta.url).pathname;
    const profile = process.argv.includes("--profile") ? "--cpu-prof --cpu-prof-dir=/tmp/kustody-profile" : "";
    this.#child = spawn(
      kustody,
      [
        "operator",
        "--kubeconfig",
        kubeconfig,
        "--leader-election=false",
        `--metrics-listen=127.0.0.1:${port}`,
        "--log-level=warn",
        ...args,
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...env, NODE_OPTIONS: profile },
      },
    );
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-20_000);
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** A metric without labels, or the sum of its label sets. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return text
      .split("\n")
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  async ready(): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`the operator ended: ${this.#output}`);
      const reply = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (reply?.status === 200) return;
      await sleep(25);
    }
  }

  /** Peak resident memory in MB, as the kernel counts it. */
  peakMegabytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  /** CPU seconds so far. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    await gone;
  }
}
