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
    // A group of its own, so that what it starts ends with it; but a terminal only listens to the foreground's group.
    detached: !interactive,
  });
  const failed = (why: string, cause?: unknown) =>
    new KustodyError("KST_KUBE_EXEC", `the credential plugin ${exec.command} ${why}`, {
      hint: exec.installHint?.slice(0, 1000) ?? "run it by hand to see what it says",
      ...(cause === undefined ? {} : { cause }),
    });
  const end = (): void => {
    child.stdout?.destroy();
    try {
      if (child.pid !== undefined) process.kill(interactive ? child.pid : -child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      timer = setTimeout(() => reject(failed("took too long")), interactive ? MAX_MILLIS_INTERACTIVE : MAX_MILLIS);
      const chunks: Buffer[] = [];
      let size = 0;
      child.stdout?.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_OUTPUT) reject(failed(`printed more than ${MAX_OUTPUT} bytes`));
        else chunks.push(chunk);
      });
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(failed("cannot be started", new Error(error.code ?? "spawn failed"))),
      );
      child.on("close", (code, signal) => {
        if (code === 0) resolve(Buffer.concat(chunks));
        else reject(failed(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`));
      });
    });
  } catch (error) {
    end();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
