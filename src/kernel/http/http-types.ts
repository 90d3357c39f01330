import type { Clock } from "../observe/clock.ts";
import type { Secret } from "../secret/secret.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** What TLS trusts and shows. Everything can be replaced at run time by `HttpClient.reload`. */
export interface TlsOptions {
  /** PEM certificates. `trust: "only"` replaces the system's authorities, `"also"` adds to them. */
  readonly ca?: { readonly pem: string; readonly trust: "only" | "also" };
  /** PEM certificate chain and its key, shown to servers that ask for a client certificate. */
  readonly clientCertificate?: { readonly certificatePem: string; readonly keyPem: Secret };
  /** The name to expect in the server's certificate and to send as SNI, where it isn't the URL's host. */
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
}

/** An http:// or https:// proxy that is spoken to with CONNECT. The URL itself carries no credentials. */
export interface ProxyOptions {
  readonly url: string;
  /** `user:password`. */
  readonly credentials?: Secret;
  /** For an https:// proxy. */
  readonly ca?: string;
}

/** Milliseconds; 0 switches a limit off. */
export interface HttpTimeouts {
  /** Until TCP and TLS stand. */
  readonly connect: number;
  /** From the sent request until the reply's headers. */
  readonly headers: number;
  /** The longest silence inside a body. */
  readonly body: number;
  /** A whole `request()` with its retries; for `stream()` only until the headers are there. */
  readonly total: number;
}

export interface HttpClientOptions {
  /** Requests give paths relative to it: `https://vault.example:8200` + `/v1/sys/health`. */
  readonly baseUrl: string;
  readonly tls?: TlsOptions;
  readonly proxy?: ProxyOptions;
  /** Path of a Unix socket that serves `baseUrl`. */
  readonly socketPath?: string;
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Bytes of a reply's body that `request()` accepts; enforced while it streams. Default 64 MiB. */
  readonly maxResponseBytes?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Redirects of GET and HEAD to follow; default 0. See `followRedirect` for which are refused. */
  readonly maxRedirects?: number;
  /** Sent with each request. */
  readonly headers?: HttpHeaders;
  /** `false` keeps the path out of messages, for URLs whose path is itself a credential (chat webhooks). */
  readonly showPath?: boolean;
  readonly clock?: Clock;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}

/** Credentials are given as Secret; they reach neither messages nor redirects to another origin. */
export type HttpHeaders = Readonly<Record<string, string | Secret>>;

export interface HttpRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** Begins with `/`; may carry a query. */
  readonly path: string;
  readonly headers?: HttpHeaders;
  readonly body?: Uint8Array | string | Secret;
  readonly signal?: AbortSignal;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly maxResponseBytes?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Says that repeating this request does no harm although its method alone doesn't promise so. */
  readonly idempotent?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be read once; leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the exchange when the body isn't wanted. */
  close(): void;
}

export interface HttpClient {
  /** Every status is a reply, not an error; see docs/errors.md for KST_HTTP_*. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** As `request`, with the body as it arrives and no bound on its length unless `maxResponseBytes` is given. */
  stream(request: HttpRequest): Promise<HttpStream>;
  /** New connections use `tls`; exchanges under way end on the old ones. */
  reload(tls: TlsOptions): void;
  /** Aborts what is under way and closes all connections. */
  close(): Promise<void>;
}
