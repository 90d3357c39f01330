import type { Dispatcher } from "undici";
import { KustodyError } from "../errors.ts";
import { systemClock } from "../observe/clock.ts";
import { type Deadline, deadline } from "./deadline.ts";
import { createDispatcher } from "./dispatcher.ts";
import { bodyBytes, carriesSecret, headerValues, joinHeaders } from "./header-values.ts";
import { httpError } from "./http-error.ts";
import type {
  HttpClient,
  HttpClientOptions,
  HttpRequest,
  HttpResponse,
  HttpStream,
  HttpTimeouts,
  TlsOptions,
} from "./http-types.ts";
import { boundedChunks, readWhole } from "./read-body.ts";
import { followRedirect, isRedirect } from "./redirect.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { defaultRetry, isIdempotent, nextAttempt } from "./retry-policy.ts";

const DEFAULT_TIMEOUTS: HttpTimeouts = { connect: 5_000, headers: 30_000, body: 30_000, total: 60_000 };
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

type Reply = { response: Dispatcher.ResponseData; limit: Deadline; what: string };

/**
 * The one outbound HTTP client.
 *
 * @example
 * const vault = createHttpClient({ baseUrl: "https://vault.example:8200", headers: { "x-vault-token": token } });
 * const { status, body } = await vault.request({ path: "/v1/sys/health" });
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = parseBase(options.baseUrl);
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  let tls: TlsOptions = options.tls ?? {};
  let dispatcher: Promise<Dispatcher> | undefined;
  /** Also those on pools before a reload: an undici pool that is closing can't be destroyed any more. */
  const underWay = new Set<Deadline>();
  let closed = false;

  const pool = (): Promise<Dispatcher> => {
    if (closed) throw new KustodyError("KST_HTTP_ABORTED", `the client of ${base.origin} is closed`);
    dispatcher ??= createDispatcher(options, tls, timeouts);
    return dispatcher;
  };

  const begin = (request: HttpRequest): Deadline => {
    const limit = deadline(request.timeouts?.total ?? timeouts.total, request.signal);
    underWay.add(limit);
    const end = (): void => {
      underWay.delete(limit);
      limit[Symbol.dispose]();
    };
    return { ...limit, [Symbol.dispose]: end };
  };

  const describe = (method: string, url: URL) =>
    `${method} ${url.origin}${options.showPath === false ? "" : url.pathname}`;

  /** One sending, redirects included, until the headers are there. */
  const send = async (request: HttpRequest, limit: Deadline): Promise<Reply> => {
    const method = request.method ?? "GET";
    const headers = { ...options.headers, ...request.headers };
    const perCall = request.timeouts ?? {};
    const hasCredentials = carriesSecret(headers) || tls.clientCertificate !== undefined;
    let url = resolvePath(base, request.path);
    for (let hop = 0; ; hop++) {
      const what = describe(method, url);
      try {
        const response = await (await pool()).request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers: headerValues(headers),
          body: bodyBytes(request.body),
          signal: limit.signal,
          ...(perCall.headers === undefined ? {} : { headersTimeout: perCall.headers }),
          ...(perCall.body === undefined ? {} : { bodyTimeout: perCall.body }),
        });
        const location = joinHeaders(response.headers)["location"];
        if (hop >= (options.maxRedirects ?? 0) || !isRedirect(method, response.statusCode, location)) {
          return { response, limit, what };
        }
        await response.body.dump();
        url = followRedirect(url, location, hasCredentials);
      } catch (error) {
        throw explain(what, error, limit, request.signal);
      }
    }
  };

  /** Sends until the retry policy is content. */
  const exchange = async (request: HttpRequest, limit: Deadline): Promise<Reply> => {
    const policy = { ...defaultRetry, ...options.retry, ...request.retry };
    const idempotent = request.idempotent ?? isIdempotent(request.method ?? "GET");
    for (let attempt = 1; ; attempt++) {
      let wait: number | undefined;
      try {
        const reply = await send(request, limit);
        const retryAfter = parseRetryAfter(joinHeaders(reply.response.headers)["retry-after"], clock.now());
        const outcome = { status: reply.response.statusCode, ...(retryAfter === undefined ? {} : { retryAfter }) };
        wait = nextAttempt(policy, attempt, idempotent, outcome, random());
        if (wait === undefined) return reply;
        await reply.response.body.dump();
      } catch (error) {
        if (!(error instanceof KustodyError) || error.retry === "never" || limit.signal.aborted) throw error;
        wait = nextAttempt(policy, attempt, idempotent, {}, random());
        if (wait === undefined) throw error;
      }
      try {
        await clock.sleep(wait, limit.signal);
      } catch (error) {
        throw explain(describe(request.method ?? "GET", resolvePath(base, request.path)), error, limit, request.signal);
      }
    }
  };

  return {
    async request(request): Promise<HttpResponse> {
      using limit = begin(request);
      const { response, what } = await exchange(request, limit);
      const headers = joinHeaders(response.headers);
      const max = request.maxResponseBytes ?? options.maxResponseBytes ?? DEFAULT_MAX_BYTES;
      const declared = request.method === "HEAD" ? undefined : headers["content-length"];
      try {
        return { status: response.statusCode, headers, body: await readWhole(response.body, declared, max, what) };
      } catch (error) {
        response.body.on("error", () => {}).destroy();
        throw explain(what, error, limit, request.signal);
      }
    },

    async stream(request): Promise<HttpStream> {
      const limit = begin(request);
      try {
        const { response, what } = await exchange(request, limit);
        limit.lift();
        const max = request.maxResponseBytes ?? Number.POSITIVE_INFINITY;
        return {
          status: response.statusCode,
          headers: joinHeaders(response.headers),
          body: streamBody(response, limit, max, what, request.signal),
          close: () => {
            response.body.on("error", () => {}).destroy();
            limit[Symbol.dispose]();
          },
        };
      } catch (error) {
        limit[Symbol.dispose]();
        throw error;
      }
    },

    reload(next): void {
      const old = dispatcher;
      tls = next;
      dispatcher = undefined;
      old?.then((pool) => pool.close()).catch(() => {});
    },

    async close(): Promise<void> {
      closed = true;
      for (const limit of underWay) limit.abort();
      await (await dispatcher?.catch(() => undefined))?.destroy();
    },
  };
}

async function* streamBody(
  response: Dispatcher.ResponseData,
  limit: Deadline,
  max: number,
  what: string,
  caller: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* boundedChunks(response.body, max, what);
  } catch (error) {
    throw explain(what, error, limit, caller);
  } finally {
    response.body.on("error", () => {}).destroy();
    limit[Symbol.dispose]();
  }
}

function explain(what: string, error: unknown, limit: Deadline, caller: AbortSignal | undefined): KustodyError {
  if (caller?.aborted) return new KustodyError("KST_HTTP_ABORTED", `${what}: given up, since it was no longer wanted`);
  if (limit.expired()) {
    return new KustodyError("KST_HTTP_TIMEOUT", `${what}: not done within the time allowed`, {
      hint: "the server is slow or far away; look at its log, or raise the time limit",
      retry: "backoff",
    });
  }
  if (limit.signal.aborted)
    return new KustodyError("KST_HTTP_ABORTED", `${what}: given up, since the client was closed`);
  return httpError(what, error);
}

function parseBase(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new KustodyError(
      "KST_HTTP_REQUEST",
      "the server's address is not an http:// or https:// URL without credentials",
      {
        hint: "write it like https://host.example:8443 and give credentials apart",
      },
    );
  }
  return url;
}

/** `path` below the base's own path. What would leave the origin (`//host`) or climb (`..`) is refused. */
function resolvePath(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/+$/, "");
  const url = new URL(base.origin + prefix + path);
  if (!path.startsWith("/") || url.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`)) {
    throw new KustodyError("KST_HTTP_REQUEST", `a request to ${base.origin} has a path outside its base address`);
  }
  return url;
}
