import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { createKube, findConnection, type Kube } from "../../../kernel/kube/index.ts";
import type { Terminal } from "../terminal.ts";

export interface Servers {
  /** The API server, or the load balancer before several, that the kubeconfig names. */
  readonly kube: Kube;
  /** Each API server by itself: those that `--api-server` names, else the one above, which may be one of several. */
  readonly each: readonly Kube[];
  /** Whether `--api-server` named them. */
  readonly named: boolean;
}

/** Runs `work` with clients for the cluster and for each of its API servers, all with the kubeconfig's credentials. */
export async function withServers<T>(
  { kubeconfig, context }: Pick<Config, "kubeconfig" | "context">,
  addresses: readonly string[] | undefined,
  terminal: Terminal,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const connection = await findConnection({
    env: childEnvironment(),
    interactive: terminal.stderrIsTty,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  const kube = createKube(connection);
  const each = (addresses ?? []).map((address) => createKube({ ...connection, server: serverAddress(address) }));
  try {
    const named = each.length > 0;
    return await work({ kube, each: named ? each : [kube], named });
  } finally {
    for (const one of [kube, ...each]) await one.close();
  }
}

function serverAddress(address: string): string {
  const text = /^https?:\/\//.test(address) ? address : `https://${address}`;
  if (URL.canParse(text) && new URL(text).username === "") return text;
  throw new KustodyError("KST_USAGE", `"${address.slice(0, 100)}" is no address of an API server`, {
    hint: "write it like https://10.0.0.1:6443",
  });
}
