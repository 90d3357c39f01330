import type { Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SecureContextOptions } from "node:tls";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { KustodyError, toKustodyError } from "../errors.ts";
import { answerErrors } from "./answer-errors.ts";
import type { ServedCertificate } from "./follow-certificates.ts";
import { healthRoutes } from "./health-routes.ts";
import { countRequests } from "./request-metrics.ts";
import type { Route, RunningServer, ServerOptions, ServerReply, ServerTimeouts } from "./server-types.ts";

const TIMEOUTS: ServerTimeouts = { headers: 10_000, request: 30_000, keepAlive: 60_000, drain: 10_000 };
const MAX_BODY = 1024 * 1024;
const MAX_HEADERS = 16 * 1024;

/** TLS 1.3, and of TLS 1.2 what has forward secrecy and an AEAD; the certificate's key is ECDSA. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
].join(":");

/**
 * Serves HTTPS with the certificate that `certificates` has, and with each later one: connections that stand are not
 * touched by a change.
 *
 * Guarantees: bodies, headers, connections and waiting are bounded; what a client sent never appears in a reply that
 * we made up; `/healthz`, `/readyz` and, with metrics, `/metrics` are there.
 * Errors: KST_SERVER_NO_CERTIFICATE, KST_SERVER_LISTEN.
 *
 * @example
 * await using server = await startServer({ listen: { host: "::", port: 8443 }, certificates, routes: [webhook] });
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { listen, certificates, metrics } = options;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const served = await certificates.first(AbortSignal.timeout(options.certificateWithin ?? 60_000));
  const closing = new AbortController();

  const app = await createApp(options, timeouts, served);
  const server = app.server as HttpsServer;
  server.maxConnections = options.maxConnections ?? 1000;
  const expiry = metrics?.gauge({
    name: "kustody_server_certificate_expires_at_seconds",
    help: "end of the served certificate's validity, in seconds since the epoch",
    labels: [],
  });
  const serve = (next: ServedCertificate): void => {
    server.setSecureContext(secureContext(next));
    expiry?.set({}, next.notAfter / 1000);
  };
  certificates.onChange(serve, closing.signal);
  // Another one may have come while fastify was loaded.
  serve(certificates.current ?? served);

  const notReady = () => [
    ...(closing.signal.aborted ? ["stopping"] : []),
    ...((certificates.current?.notAfter ?? 0) > Date.now() ? [] : ["certificate expired"]),
    ...(options.notReady?.() ?? []),
  ];
  for (const route of [...healthRoutes(notReady, metrics), ...options.routes]) addRoute(app, route, options);

  try {
    await app.listen(listen);
  } catch (cause) {
    closing.abort();
    await app.close();
    throw new KustodyError("KST_SERVER_LISTEN", `cannot serve on ${listen.host}:${listen.port}`, {
      hint: "choose another address, or end what listens there",
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= drain(app, server, timeouts.drain, closing));
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  return { url: `https://${host}:${port}`, port, close, [Symbol.asyncDispose]: close };
}

async function createApp(
  options: ServerOptions,
  timeouts: ServerTimeouts,
  served: ServedCertificate,
): Promise<FastifyInstance> {
  // Takes 60 ms, which no command but a server should pay for.
  const { fastify } = await import("fastify");
  const app = fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    https: {
      ...secureContext(served),
      ALPNProtocols: ["http/1.1"],
      handshakeTimeout: timeouts.headers,
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      keepAliveTimeout: timeouts.keepAlive,
      // How often the two limits above are enforced, which Node does every 30 s otherwise.
      connectionsCheckingInterval: Math.min(1000, timeouts.headers),
      maxHeaderSize: MAX_HEADERS,
    },
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    ...answerErrors.options,
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  answerErrors.install(app);
  if (options.metrics !== undefined) countRequests(app, options.metrics);
  return app;
}

/** A door: hands the private key to TLS. */
function secureContext(served: ServedCertificate): SecureContextOptions {
  return {
    cert: served.certPem,
    key: served.keyPem.unwrap(),
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    honorCipherOrder: true,
  };
}

function addRoute(app: FastifyInstance, route: Route, { onError }: ServerOptions): void {
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.maxBodyBytes ?? MAX_BODY,
    handler: async (request, reply) => {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      try {
        const answer = await route.handle({
          method: request.method,
          url: request.url,
          query: request.query as Record<string, string | string[] | undefined>,
          headers: request.headers,
          body: bodyOf(request),
          signal: gone.signal,
        });
        return await send(reply, answer);
      } catch (error) {
        const known = toKustodyError(error);
        onError?.(known, route.path);
        return await reply.code(500).send({ error: "the request failed", code: known.code });
      }
    },
  });
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

async function send(reply: FastifyReply, answer: ServerReply): Promise<FastifyReply> {
  reply.code(answer.status ?? 200).headers({ ...answer.headers });
  if (answer.bytes !== undefined) {
    return await reply.type(answer.contentType ?? "application/octet-stream").send(Buffer.from(answer.bytes));
  }
  if (answer.text !== undefined)
    return await reply.type(answer.contentType ?? "text/plain; charset=utf-8").send(answer.text);
  return await reply
    .type(answer.contentType ?? "application/json; charset=utf-8")
    .send(JSON.stringify(answer.json ?? {}));
}

/** Stops accepting, lets requests finish for at most `millis`, then cuts what is left. */
async function drain(
  app: FastifyInstance,
  server: HttpsServer,
  millis: number,
  closing: AbortController,
): Promise<void> {
  closing.abort();
  const cut = setTimeout(() => server.closeAllConnections(), millis);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
