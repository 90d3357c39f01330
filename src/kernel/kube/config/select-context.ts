import { isAbsolute, join } from "node:path";
import { KustodyError } from "../../errors.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig-schema.ts";
import type { Kubeconfig, Located } from "./load-kubeconfig.ts";

export interface SelectedContext {
  readonly context: string;
  readonly namespace: string;
  readonly cluster: Located<KubeconfigCluster> & { readonly server: string };
  /** Empty where the context names no user. */
  readonly user: Located<KubeconfigUser>;
}

/** The context asked for, or the current one, with its cluster and user. Pure. */
export function selectContext(config: Kubeconfig, wanted: string | undefined): SelectedContext {
  const where = config.files.join(", ");
  const broken = (message: string, hint: string) => new KustodyError("KST_KUBE_CONFIG", message, { hint });
  const name = wanted ?? config.currentContext;
  if (name === undefined) throw broken(`no current context in ${where}`, "name one with --context");
  const context = config.contexts.get(name);
  if (context === undefined) {
    const known = [...config.contexts.keys()].slice(0, 20).join(", ") || "none";
    throw broken(`no context ${name} in ${where}`, `there are: ${known}`);
  }
  const cluster = config.clusters.get(context.cluster);
  if (cluster?.server === undefined || cluster.server === "") {
    throw broken(`context ${name}: its cluster "${context.cluster}" is missing or has no server`, `look into ${where}`);
  }
  // Not quoted: some write credentials into it.
  if (!/^https?:$/.test(URL.parse(cluster.server)?.protocol ?? "")) {
    throw broken(
      `context ${name}: the server of cluster "${context.cluster}" is not an http:// or https:// address`,
      `write it like https://host.example:6443 in ${where}`,
    );
  }
  const user = context.user === "" ? { folder: "" } : config.users.get(context.user);
  if (user === undefined) throw broken(`context ${name}: there is no user "${context.user}"`, `look into ${where}`);
  if (user["auth-provider"] !== undefined) {
    throw broken(
      `context ${name}: auth-provider plugins were removed from Kubernetes`,
      "let your cloud's command line write the kubeconfig anew; it will use an exec plugin",
    );
  }
  if (user.username !== undefined || user.password !== undefined) {
    throw broken(`context ${name}: API servers no longer accept a password`, "use a token or a client certificate");
  }
  if (user.as !== undefined) {
    throw broken(`context ${name}: impersonation (as) is not supported`, "use a user with the rights itself");
  }
  return {
    context: name,
    namespace: context.namespace || "default",
    cluster: { ...cluster, server: cluster.server },
    user,
  };
}

/** Relative paths of a kubeconfig start at its file's folder. */
export function locate(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
