import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** What others than the Config need from the environment. This folder is the only reader of process.env. */
export interface Environment {
  /** KUBECONFIG as it stands: paths joined with the system's path delimiter. */
  readonly kubeconfig: string | undefined;
  readonly home: string | undefined;
  readonly cacheHome: string | undefined;
  /** XDG_STATE_HOME: where data lies that outlives a run and is no configuration. */
  readonly stateHome: string | undefined;
  /** Set in every container of a pod: together with the mounted token they make an in-cluster configuration. */
  readonly inCluster: { readonly host: string; readonly port: string } | undefined;
  readonly httpsProxy: Proxy | undefined;
  readonly httpProxy: Proxy | undefined;
  readonly noProxy: string | undefined;
  /** https://no-color.org: any value but an empty one. */
  readonly noColor: boolean;
  /** Set by continuous integration: nobody watches progress. */
  readonly ci: boolean;
}

/** A proxy's URL without the credentials that it came with. */
export interface Proxy {
  readonly url: string;
  /** `user:password`, decoded. */
  readonly credentials?: Secret;
}

/** Errors: KST_CONFIG_INVALID when a proxy isn't an http:// or https:// URL. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const get = (name: string): string | undefined => variables[name] || undefined;
  // Curl's rule, which Go follows too: the lower-case name wins.
  const either = (name: string): string | undefined => get(name.toLowerCase()) ?? get(name);
  const host = get("KUBERNETES_SERVICE_HOST");
  const port = get("KUBERNETES_SERVICE_PORT");
  return Object.freeze({
    kubeconfig: get("KUBECONFIG"),
    home: get("HOME") ?? get("USERPROFILE"),
    cacheHome: get("XDG_CACHE_HOME"),
    stateHome: get("XDG_STATE_HOME"),
    inCluster: host === undefined || port === undefined ? undefined : { host, port },
    httpsProxy: readProxy("HTTPS_PROXY", either("HTTPS_PROXY")),
    httpProxy: readProxy("HTTP_PROXY", either("HTTP_PROXY")),
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

function readProxy(name: string, value: string | undefined): Proxy | undefined {
  if (value === undefined) return undefined;
  // Curl and Go take a bare host:port for an http:// proxy.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new KustodyError("KST_CONFIG_INVALID", `${name} is not the URL of an HTTP proxy`, {
      hint: "write it as http://host:port or https://host:port",
    });
  }
  if (url.username === "") return { url: url.origin };
  return { url: url.origin, credentials: Secret.fromText(decoded(`${url.username}:${url.password}`)) };
}

/** Percent-decoded where that is possible: some passwords hold a bare percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
