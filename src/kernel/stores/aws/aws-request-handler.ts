import { createHttpClient } from "../../http/http-client.ts";
import type { HttpClient } from "../../http/http-types.ts";
import { type EnvironmentProxies, proxyFor } from "../../http/proxy-for.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import type { Clock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";
import { takeValues } from "./take-values.ts";

/** How AWS is reached. */
export interface AwsNetwork {
  readonly proxies: EnvironmentProxies;
  /** Further authorities, PEM. */
  readonly caPem?: string;
}

/** A request as the SDK hands it over, signed. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What one call gives along and gets back beside the SDK's own output. */
export interface CallContext {
  readonly abortSignal: AbortSignal;
  /** The values of the reply. */
  readonly values: Secret[];
  retryAfterMillis?: number | undefined;
}

export interface AwsRequestHandler {
  handle(request: SdkRequest, context: CallContext): Promise<{ response: SdkResponse }>;
  close(): Promise<void>;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/**
 * The SDK's transport on our own client: its proxies, authorities and time limits count. It repeats nothing but what a lost
 * connection kept from AWS, since who reads decides when to try again.
 */
export function createAwsRequestHandler(network: AwsNetwork, clock: Clock): AwsRequestHandler {
  const clients = new Map<string, HttpClient>();
  const clientFor = (origin: string): HttpClient => {
    let client = clients.get(origin);
    if (client === undefined) {
      const proxy = proxyFor(origin, network.proxies);
      client = createHttpClient({
        baseUrl: origin,
        tls: network.caPem === undefined ? {} : { ca: { pem: network.caPem, trust: "also" } },
        retry: { attempts: 2, statuses: [] },
        clock,
        ...(proxy === undefined ? {} : { proxy }),
      });
      clients.set(origin, client);
    }
    return client;
  };
  return {
    async handle({ method, protocol, hostname, port, path, query, headers, body }, context) {
      const origin = `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`;
      const reply = await clientFor(origin).request({
        method: method as "POST",
        path: `${path}${queryText(query ?? {})}`,
        headers,
        ...(body === undefined ? {} : { body }),
        signal: context.abortSignal,
        idempotent: !/\.(Create|Put|Delete|Update|Restore|Tag|AddTags)/.test(headers["x-amz-target"] ?? ""),
      });
      context.retryAfterMillis = parseRetryAfter(reply.headers["retry-after"], clock.now());
      return {
        response: {
          statusCode: reply.status,
          headers: { ...reply.headers },
          body: takeValues(reply.body, context.values),
        },
      };
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function queryText(query: Readonly<Record<string, string | string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
