import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment } from "../../../kernel/config/environment.ts";
import { connectKube, type Kube } from "../../../kernel/kube/index.ts";
import type { Terminal } from "../terminal.ts";

/** Runs `work` with the client of the cluster that the configuration names. */
export async function withCluster<T>(
  { kubeconfig, context }: Pick<Config, "kubeconfig" | "context">,
  terminal: Terminal,
  work: (kube: Kube) => Promise<T>,
): Promise<T> {
  const kube = await connectKube({
    env: childEnvironment(),
    interactive: terminal.stderrIsTty,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  try {
    return await work(kube);
  } finally {
    await kube.close();
  }
}
