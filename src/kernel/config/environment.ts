import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/** What others than the Config need from the environment. This folder is the only reader of process.env. */
export interface Environment {
  readonly home: string | undefined;
  /** XDG_STATE_HOME: where data lies that outlives a run and is no configuration. */
  readonly stateHome: string | undefined;
  /** KUSTODY_LOCAL_KEY: the key of the local store, base64; without it, the key lies in a file beside the store. */
  readonly localKey: Secret | undefined;
  /** https://no-color.org: any value but an empty one. */
  readonly noColor: boolean;
  /** GITLEAKS_CONFIG: a file, and GITLEAKS_CONFIG_TOML: the text itself; as gitleaks reads them. */
  readonly gitleaksConfig: string | undefined;
  readonly gitleaksConfigToml: string | undefined;
  /** Set by continuous integration: nobody watches progress. */
  readonly ci: boolean;
}

/** A proxy's URL without the credentials that it came with. */
export interface Proxy {
  readonly url: string;
  /** `user:password`, decoded. */
  readonly credentials?: Secret;
}

export function readEnvironment(variables: Variables = process.env): Environment {
  const get = (name: string): string | undefined => variables[name] || undefined;
  return Object.freeze({
    home: get("HOME") ?? get("USERPROFILE"),
    stateHome: get("XDG_STATE_HOME"),
    localKey: get("KUSTODY_LOCAL_KEY") === undefined ? undefined : Secret.fromText(get("KUSTODY_LOCAL_KEY") ?? ""),
    noColor: get("NO_COLOR") !== undefined,
    gitleaksConfig: get("GITLEAKS_CONFIG"),
    gitleaksConfigToml: get("GITLEAKS_CONFIG_TOML"),
    ci: get("CI") !== undefined && get("CI") !== "false",
  });
}

/** A copy of the whole environment: for kernel/kube, which hands it to a kubeconfig's exec plugins, and for other children. */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(inherited), ...extra };
}

export interface Proxies {
  readonly https: Proxy | undefined;
  readonly http: Proxy | undefined;
  /** NO_PROXY as it stands. */
  readonly except: string | undefined;
}

/** Apart from the rest, so that a proxy of a kind that we can't use stops only who would use it: KST_CONFIG_INVALID. */
export function readProxies(variables: Variables = process.env): Proxies {
  // Curl's rule, which Go follows too: the lower-case name wins.
  const get = (name: string): string | undefined => variables[name.toLowerCase()] || variables[name] || undefined;
  return Object.freeze({
    https: readProxy("HTTPS_PROXY", get("HTTPS_PROXY")),
    http: readProxy("HTTP_PROXY", get("HTTP_PROXY")),
    except: get("NO_PROXY"),
  });
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
