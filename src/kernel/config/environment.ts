import { Secret } from "../secret/secret.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** What others than the Config need from the environment. This folder is the only reader of process.env. */
export interface Environment {
  /** KUBECONFIG as it stands: paths joined with the system's path delimiter. */
  readonly kubeconfig: string | undefined;
  readonly home: string | undefined;
  readonly cacheHome: string | undefined;
  /** Set in every container of a pod: together with the mounted token they make an in-cluster configuration. */
  readonly inCluster: { readonly host: string; readonly port: string } | undefined;
  /** Proxies may carry credentials in their URLs. */
  readonly httpsProxy: Secret | undefined;
  readonly httpProxy: Secret | undefined;
  readonly noProxy: string | undefined;
  /** https://no-color.org: any value but an empty one. */
  readonly noColor: boolean;
  /** Set by continuous integration: nobody watches progress. */
  readonly ci: boolean;
}

export function readEnvironment(variables: Variables = process.env): Environment {
  const get = (name: string): string | undefined => variables[name] || undefined;
  // Curl's rule, which Go follows too: the lower-case name wins.
  const either = (name: string): string | undefined => get(name.toLowerCase()) ?? get(name);
  const secret = (value: string | undefined) => (value === undefined ? undefined : Secret.fromText(value));
  const host = get("KUBERNETES_SERVICE_HOST");
  const port = get("KUBERNETES_SERVICE_PORT");
  return Object.freeze({
    kubeconfig: get("KUBECONFIG"),
    home: get("HOME") ?? get("USERPROFILE"),
    cacheHome: get("XDG_CACHE_HOME"),
    inCluster: host === undefined || port === undefined ? undefined : { host, port },
    httpsProxy: secret(either("HTTPS_PROXY")),
    httpProxy: secret(either("HTTP_PROXY")),
    noProxy: either("NO_PROXY"),
    noColor: get("NO_COLOR") !== undefined,
    ci: get("CI") !== undefined && get("CI") !== "false",
  });
}

/** A copy of the whole environment for a child process that a user configured, such as a kubeconfig's exec plugin. */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(inherited), ...extra };
}
