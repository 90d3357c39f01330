import { BlockList, isIP } from "node:net";
import type { ProxyOptions } from "./http-types.ts";

/** The proxies that the environment names, as `readProxies` gives them. */
export interface EnvironmentProxies {
  readonly https: ProxyOptions | undefined;
  readonly http: ProxyOptions | undefined;
  /** NO_PROXY as it stands. */
  readonly except: string | undefined;
}

/**
 * The proxy through which `server` is reached, by the rules that kubectl has from Go's httpproxy package: this machine
 * never goes through one, nor what NO_PROXY names: `*`, an address, a CIDR range, or a name with all below it (`.name`
 * only those below), each perhaps with a port.
 */
export function proxyFor(server: string, proxies: EnvironmentProxies): ProxyOptions | undefined {
  const { protocol, hostname, port } = new URL(server);
  const proxy = protocol === "https:" ? proxies.https : proxies.http;
  if (proxy === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const target = { host, port: port || (protocol === "https:" ? "443" : "80") };
  if (host === "localhost" || isLoopback(host)) return undefined;
  const entries = (proxies.except ?? "").split(/[,\s]+/).filter((entry) => entry !== "");
  return entries.some((entry) => excepts(entry.toLowerCase(), target)) ? undefined : proxy;
}

function isLoopback(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith("127.") : host === "::1";
}

function excepts(entry: string, target: { readonly host: string; readonly port: string }): boolean {
  if (entry === "*") return true;
  const [range = "", bits] = entry.split("/");
  if (bits !== undefined) return inRange(range, Number(bits), target.host);
  const withPort = isIP(entry) === 6 ? null : /^\[?(.*?)\]?:(\d+)$/.exec(entry);
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, "");
  if (withPort?.[2] !== undefined && withPort[2] !== target.port) return false;
  if (isIP(name) !== 0) return name === target.host;
  const below = name.replace(/^\*?\./, "");
  return target.host.endsWith(`.${below}`) || (below === name && target.host === name);
}

/** What is no range is nothing: a slip in NO_PROXY must not stop every command. */
function inRange(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !(bits >= 0 && bits <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? "ipv4" : "ipv6");
  return list.check(host, family === 4 ? "ipv4" : "ipv6");
}
