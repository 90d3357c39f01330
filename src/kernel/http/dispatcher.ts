import { getCACertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { KustodyError } from "../errors.ts";
import type { HttpClientOptions, HttpTimeouts, ProxyOptions, TlsOptions } from "./http-types.ts";

type ConnectOptions = {
  ca?: string[];
  cert?: string;
  key?: Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
  socketPath?: string;
  timeout?: number;
  allowH2: false;
};

/**
 * The pool of connections below a client. HTTP/1.1 on purpose: a watch then owns its connection, and one stalled stream
 * cannot hold up others. undici is loaded at the first request, since it takes 80 ms and 28 MB. A door: it hands the
 * client key and the proxy's credentials to TLS and HTTP.
 */
export async function createDispatcher(
  options: HttpClientOptions,
  tls: TlsOptions,
  timeouts: HttpTimeouts,
): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  const connect = connectOptions(tls, timeouts);
  const shared = {
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    keepAliveTimeout: 15_000,
    maxHeaderSize: 65_536,
    allowH2: false,
  };
  if (options.proxy === undefined) {
    if (options.socketPath !== undefined) connect.socketPath = options.socketPath;
    return new Agent({ ...shared, connect });
  }
  const token = proxyToken(options.proxy);
  return new ProxyAgent({
    ...shared,
    uri: proxyOrigin(options.proxy),
    proxyTunnel: true,
    requestTls: connect,
    proxyTls: { ...(options.proxy.ca === undefined ? {} : { ca: options.proxy.ca }), timeout: timeouts.connect },
    ...(token === undefined ? {} : { token }),
  });
}

function connectOptions(tls: TlsOptions, timeouts: HttpTimeouts): ConnectOptions {
  const connect: ConnectOptions = { timeout: timeouts.connect, allowH2: false };
  if (tls.ca !== undefined) {
    connect.ca = tls.ca.trust === "only" ? [tls.ca.pem] : [...getCACertificates("default"), tls.ca.pem];
  }
  if (tls.clientCertificate !== undefined) {
    connect.cert = tls.clientCertificate.certificatePem;
    connect.key = tls.clientCertificate.keyPem.unwrap();
  }
  if (tls.serverName !== undefined) connect.servername = tls.serverName;
  if (tls.insecureSkipVerify === true) connect.rejectUnauthorized = false;
  return connect;
}

function proxyOrigin(proxy: ProxyOptions): string {
  const url = URL.canParse(proxy.url) ? new URL(proxy.url) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new KustodyError(
      "KST_HTTP_PROXY",
      "the proxy's address is not an http:// or https:// URL without credentials",
      {
        hint: "write it like http://proxy.example:3128 and give credentials apart",
      },
    );
  }
  return url.origin;
}

function proxyToken(proxy: ProxyOptions): string | undefined {
  return proxy.credentials === undefined ? undefined : `Basic ${proxy.credentials.unwrap().toString("base64")}`;
}
