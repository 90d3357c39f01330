import { type ChildProcess, spawn } from "node:child_process";

/** `kustody operator` in processes of their own, which can be killed. */
export class OperatorProcesses {
  readonly #kubeconfig: string;
  readonly #children: ChildProcess[] = [];

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  start(): ChildProcess {
    const main = new URL("../../cli/main.ts", import.meta.url).pathname;
    const args = ["operator", "--kubeconfig", this.#kubeconfig, "--leader-election=false", "--log-level=warn"];
    const child = spawn(process.execPath, [main, ...args], { stdio: "ignore" });
    this.#children.push(child);
    return child;
  }

  /** Ends all that still run. */
  kill(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
