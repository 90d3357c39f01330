import { readProxies } from "../../config/environment.ts";
import { KustodyError } from "../../errors.ts";
import type { ProxyOptions, TlsOptions } from "../../http/http-types.ts";
import { proxyFor } from "../../http/proxy-for.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { type CredentialSource, type Credentials, fixedCredentials } from "../auth/credentials.ts";
import { execCredentials } from "../auth/exec-credentials.ts";
import { tokenFile } from "../auth/token-file.ts";
import type { Connection } from "./connection.ts";
import { inClusterConnection } from "./in-cluster.ts";
import type { KubeconfigCluster } from "./kubeconfig-schema.ts";
import { type Environment, type Located, loadKubeconfig } from "./load-kubeconfig.ts";
import { readBounded } from "./read-bounded.ts";
import { locate, type SelectedContext, selectContext } from "./select-context.ts";

/** What the command line says about the cluster. */
export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly env: Environment;
  readonly clock?: Clock;
  /** Whether an exec plugin may talk to a person at the terminal. Default false. */
  readonly interactive?: boolean;
}

const MAX_PEM = 1024 * 1024;

/** Where the API server is and who we are: from kubeconfig files, or else from the pod that we run in. */
export async function findConnection(options: ConnectionOptions): Promise<Connection> {
  const clock = options.clock ?? systemClock;
  const config = await loadKubeconfig(options.kubeconfig, options.env);
  const connection =
    config === undefined || (config.contexts.size === 0 && options.kubeconfig === undefined)
      ? await inClusterConnection(options.env, clock)
      : await connectionOf(selectContext(config, options.context), options, clock);
  // As with kubectl: a kubeconfig's proxy-url, or else the environment's proxy.
  const proxy = connection.proxy ?? proxyFor(connection.server, readProxies(options.env));
  return {
    ...connection,
    ...(proxy === undefined ? {} : { proxy }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  };
}

async function connectionOf(selected: SelectedContext, options: ConnectionOptions, clock: Clock): Promise<Connection> {
  const { cluster, context, namespace } = selected;
  const proxy = cluster["proxy-url"] === undefined ? undefined : parseProxyUrl(cluster["proxy-url"]);
  const tls = await tlsOf(cluster);
  return {
    server: cluster.server,
    tls,
    ...(proxy === undefined ? {} : { proxy }),
    namespace,
    context,
    credentials: await credentialsOf(selected, tls.ca?.pem, options, clock),
  };
}

async function tlsOf(cluster: Located<KubeconfigCluster>): Promise<TlsOptions> {
  const file = cluster["certificate-authority"];
  const pem =
    cluster["certificate-authority-data"] ??
    (file ? (await readBounded(locate(cluster.folder, file), MAX_PEM))?.toString("latin1") : undefined);
  const serverName = cluster["tls-server-name"];
  return {
    ...(pem ? { ca: { pem, trust: "only" } } : {}),
    ...(serverName ? { serverName } : {}),
    ...(cluster["insecure-skip-tls-verify"] === true ? { insecureSkipVerify: true } : {}),
  };
}

async function credentialsOf(
  selected: SelectedContext,
  caPem: string | undefined,
  options: ConnectionOptions,
  clock: Clock,
): Promise<CredentialSource> {
  const { user, cluster } = selected;
  const certificate = await clientCertificateOf(user);
  const rest: Credentials = certificate === undefined ? {} : { clientCertificate: certificate };
  if (user.exec) {
    const { env, interactive = false } = options;
    return execCredentials({ exec: user.exec, folder: user.folder, cluster, caPem, env, clock, interactive }, rest);
  }
  // As in kubectl the file counts where both are given, for it is the one that is renewed.
  if (user.tokenFile) return tokenFile(locate(user.folder, user.tokenFile), clock, rest);
  return fixedCredentials(user.token === undefined ? rest : { ...rest, token: user.token });
}

async function clientCertificateOf(user: SelectedContext["user"]): Promise<Credentials["clientCertificate"]> {
  const certificateFile = user["client-certificate"];
  const keyFile = user["client-key"];
  const certificatePem =
    user["client-certificate-data"] ??
    (certificateFile
      ? (await readBounded(locate(user.folder, certificateFile), MAX_PEM))?.toString("latin1")
      : undefined);
  const keyPem = user["client-key-data"] ?? (keyFile ? await readKey(locate(user.folder, keyFile)) : undefined);
  if (certificatePem === undefined && keyPem === undefined) return undefined;
  if (certificatePem === undefined || keyPem === undefined) {
    throw new KustodyError(
      "KST_KUBE_CONFIG",
      "a client certificate without its key, or a key without its certificate",
      {
        hint: "give client-certificate(-data) and client-key(-data) together",
      },
    );
  }
  return { certificatePem, keyPem };
}

async function readKey(path: string): Promise<Secret> {
  return Secret.fromBytes((await readBounded(path, MAX_PEM)) ?? Buffer.alloc(0));
}

/** `http://user:password@proxy:3128` apart into address and credentials. A door: the URL parser takes only a string. */
export function parseProxyUrl(url: Secret): ProxyOptions {
  const text = url.unwrap().toString("utf8");
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new KustodyError("KST_KUBE_CONFIG", "proxy-url is not an http:// or https:// address", {
      hint: "SOCKS proxies are not supported",
    });
  }
  if (parsed.username === "") return { url: parsed.origin };
  try {
    const credentials = Secret.fromText(
      [parsed.username, parsed.password].map((part) => decodeURIComponent(part)).join(":"),
    );
    return { url: parsed.origin, credentials };
  } catch {
    throw new KustodyError("KST_KUBE_CONFIG", "the credentials in proxy-url have a % that is not an escape", {
      hint: "write % as %25",
    });
  }
}
