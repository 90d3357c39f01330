import { join } from "node:path";
import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import { tokenFile } from "../auth/token-file.ts";
import type { Connection } from "./connection.ts";
import type { Environment } from "./load-kubeconfig.ts";
import { readBounded } from "./read-bounded.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
/** Where a pod finds the token of its own ServiceAccount; the kubelet renews it there. */
export const POD_TOKEN_FILE = join(FOLDER, "token");

/** The connection of a pod: address from the environment, token, CA and namespace from the projected `folder`. */
export async function inClusterConnection(env: Environment, clock: Clock, folder = FOLDER): Promise<Connection> {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) {
    throw new KustodyError("KST_KUBE_CONFIG", "no kubeconfig, and not inside a cluster", {
      hint: "give --kubeconfig, set KUBECONFIG, or start a control plane with `kustody up`",
    });
  }
  const ca = await readBounded(join(folder, "ca.crt"), 1024 * 1024);
  const namespace = await readBounded(join(folder, "namespace"), 1024, true);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    tls: { ca: { pem: ca?.toString("latin1") ?? "", trust: "only" } },
    namespace: namespace?.toString("utf8").trim() || "default",
    context: undefined,
    credentials: tokenFile(join(folder, "token"), clock),
  };
}
