import { createHttpClient } from "../../http/http-client.ts";
import type {
  HttpClient,
  HttpRequest,
  HttpResponse,
  HttpStream,
  HttpTimeouts,
  TlsOptions,
} from "../../http/http-types.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { Connection } from "../config/connection.ts";
import { kubeError } from "./kube-error.ts";

/** One call of the API, before credentials. */
export interface KubeCall {
  /** For messages: `apply secrets shop/db`. */
  readonly what: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal | undefined;
  readonly idempotent?: boolean;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly maxResponseBytes?: number;
  /** See `FailedCall.secretive`. */
  readonly secretive?: boolean;
}

export interface TransportOptions {
  readonly clock?: Clock;
  readonly userAgent?: string;
  readonly timeouts?: Partial<HttpTimeouts>;
}

/** Authenticates calls, turns refusals into errors, renews credentials after 401. Knows no object. */
export interface KubeTransport {
  request(call: KubeCall): Promise<HttpResponse>;
  stream(call: KubeCall): Promise<HttpStream>;
  close(): Promise<void>;
}

/** A list of some 100,000 objects' metadata in one reply stays below this. */
const MAX_RESPONSE_BYTES = 256 * 1024 * 1024;

export function createTransport(connection: Connection, options: TransportOptions = {}): KubeTransport {
  const clock = options.clock ?? systemClock;
  const source = connection.credentials;
  let shown: Credentials["clientCertificate"];
  const http = createHttpClient({
    baseUrl: connection.server,
    tls: connection.tls,
    ...(connection.proxy === undefined ? {} : { proxy: connection.proxy }),
    ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    maxResponseBytes: MAX_RESPONSE_BYTES,
    // 429 comes from priority and fairness before anything was done, so it is safe to repeat whatever the method.
    retry: { rejections: [429], statuses: [429, 503] },
    headers: { "user-agent": options.userAgent ?? "kustody" },
    clock,
  });

  const present = (credentials: Credentials): void => {
    if (credentials.clientCertificate === shown) return;
    shown = credentials.clientCertificate;
    const certificate: TlsOptions = shown === undefined ? {} : { clientCertificate: shown };
    http.reload({ ...connection.tls, ...certificate });
  };

  /** Sends with current credentials, and once more with others when they are refused. */
  const authenticated = async <R extends { status: number }>(
    call: KubeCall,
    send: (http: HttpClient, request: HttpRequest) => Promise<R>,
    discard: (reply: R) => void,
  ): Promise<R> => {
    const credentials = await source.current();
    present(credentials);
    const reply = await send(http, httpRequest(call, credentials));
    if (reply.status !== 401 || !(await source.rejected(credentials))) return reply;
    discard(reply);
    const renewed = await source.current();
    present(renewed);
    return await send(http, httpRequest(call, renewed));
  };

  const refusal = (
    call: KubeCall,
    reply: { status: number; headers: Readonly<Record<string, string>> },
    body: Buffer,
  ) =>
    kubeError({
      what: call.what,
      status: reply.status,
      body,
      retryAfter: parseRetryAfter(reply.headers["retry-after"], clock.now()),
      secretive: call.secretive ?? false,
    });

  return {
    async request(call) {
      const reply = await authenticated(
        call,
        (client, request) => client.request(request),
        () => {},
      );
      if (reply.status >= 300) throw refusal(call, reply, reply.body);
      return reply;
    },

    async stream(call) {
      const reply = await authenticated(
        call,
        (client, request) => client.stream(request),
        (stream) => stream.close(),
      );
      if (reply.status < 300) return reply;
      throw refusal(call, reply, await firstBytes(reply));
    },

    close: () => http.close(),
  };
}

function httpRequest(call: KubeCall, credentials: Credentials): HttpRequest {
  return {
    method: call.method ?? "GET",
    path: call.path,
    headers: {
      accept: call.accept ?? "application/json",
      ...(call.contentType === undefined ? {} : { "content-type": call.contentType }),
      ...(credentials.token === undefined ? {} : { authorization: bearer(credentials.token) }),
    },
    ...(call.body === undefined ? {} : { body: call.body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
    ...(call.idempotent === undefined ? {} : { idempotent: call.idempotent }),
    ...(call.timeouts === undefined ? {} : { timeouts: call.timeouts }),
    ...(call.maxResponseBytes === undefined ? {} : { maxResponseBytes: call.maxResponseBytes }),
  };
}

/** A door: the token with its scheme before it. */
function bearer(token: Secret): Secret {
  return Secret.fromBytes(Buffer.concat([Buffer.from("Bearer "), token.unwrap()]));
}

/** Enough of a refused stream to read its Status. */
async function firstBytes(stream: HttpStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 65_536) break;
  }
  return Buffer.concat(chunks);
}
