import { spawn } from "node:child_process";
import { join } from "node:path";
import { KustodyError } from "../../errors.ts";
import type { KubeconfigExec } from "../config/kubeconfig-schema.ts";
import type { Environment } from "../config/load-kubeconfig.ts";

const MAX_OUTPUT = 1024 * 1024;
const MAX_MILLIS = 60_000;
/** A person may have to open a browser and type a code. */
const MAX_MILLIS_INTERACTIVE = 300_000;

/**
 * Runs a credential plugin without a shell and gives what it printed. Neither output nor environment reaches a message.
 * A door: values of `exec.env` go into the child's environment, as the kubeconfig wants.
 */
export async function runPlugin(
  exec: KubeconfigExec,
  folder: string,
  env: Environment,
  info: string,
  interactive: boolean,
): Promise<Buffer> {
  const command =
    exec.command.includes("/") && !exec.command.startsWith("/") ? join(folder, exec.command) : exec.command;
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value.unwrap().toString("utf8")]));
  const child = spawn(command, exec.args ?? [], {
    env: { ...env, ...own, KUBERNETES_EXEC_INFO: info },
    stdio: [interactive ? "inherit" : "ignore", "pipe", interactive ? "inherit" : "ignore"],
    timeout: interactive ? MAX_MILLIS_INTERACTIVE : MAX_MILLIS,
    killSignal: "SIGKILL",
  });
  const failed = (why: string, cause?: unknown) =>
    new KustodyError("KST_KUBE_EXEC", `the credential plugin ${exec.command} ${why}`, {
      hint: exec.installHint?.slice(0, 1000) ?? "run it by hand to see what it says",
      ...(cause === undefined ? {} : { cause }),
    });
  return await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_OUTPUT) chunks.push(chunk);
      else {
        child.kill("SIGKILL");
        reject(failed(`printed more than ${MAX_OUTPUT} bytes`));
      }
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(failed("cannot be started", new Error(error.code ?? "spawn failed"))),
    );
    child.on("close", (code, signal) => {
      if (signal !== null) reject(failed("took too long"));
      else if (code === 0) resolve(Buffer.concat(chunks));
      else reject(failed(`ended with exit code ${code}`));
    });
  });
}
