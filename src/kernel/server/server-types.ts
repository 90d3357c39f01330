import type { KustodyError } from "../errors.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { FollowedCertificates } from "./follow-certificates.ts";

export interface ServerRequest {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly url: string;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names in lower case. May hold credentials: not for logs. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** May hold secrets: not for logs. Empty where there is none. */
  readonly body: Buffer;
  /** Aborts when the client went away, or the server stops waiting for it. */
  readonly signal: AbortSignal;
}

export interface ServerReply {
  /** Default 200. */
  readonly status?: number;
  /** Sent as JSON; give `text` or `bytes` for anything else. */
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** Default by what is sent: application/json, text/plain, application/octet-stream. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Begins with `/`; fastify's patterns (`/v1/objects/:name`). It is the metrics' label, so it holds no values. */
  readonly path: string;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  handle(request: ServerRequest): Promise<ServerReply> | ServerReply;
}

export interface ServerTimeouts {
  /** For a TLS handshake, and for a request's headers; milliseconds. */
  readonly headers: number;
  /** For a whole request with its body. */
  readonly request: number;
  /** An idle connection is kept as long. */
  readonly keepAlive: number;
  /** Requests under way may finish within it when the server closes. */
  readonly drain: number;
}

export interface ServerOptions {
  /** Port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly certificates: FollowedCertificates;
  readonly routes: readonly Route[];
  /** Serves them at /metrics, and counts requests in them: for one server of a program. */
  readonly metrics?: Metrics;
  /** What /readyz answers beside the server's own state: names of what isn't ready yet. */
  readonly notReady?: () => readonly string[];
  readonly timeouts?: Partial<ServerTimeouts>;
  /** Connections at a time; more are refused. Default 1000. */
  readonly maxConnections?: number;
  /** How long to wait for a first certificate, milliseconds; default 60 s. */
  readonly certificateWithin?: number;
  /** A handler that failed: its client only sees the error's code. */
  readonly onError?: (error: KustodyError, route: string) => void;
}

export interface RunningServer extends AsyncDisposable {
  /** `https://host:port`. */
  readonly url: string;
  readonly port: number;
  /** /readyz says no from now on; requests under way finish, within the drain time; then all connections are closed. */
  close(): Promise<void>;
}
