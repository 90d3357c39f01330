import { once } from "node:events";
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { MethodDefinition } from "@grpc/grpc-js";
import { KustodyError, toKustodyError } from "../errors.ts";
import { encodeGrpcMessage, frameMessage, unframeMessage } from "./grpc-frame.ts";
import { GRPC_STATUS, type GrpcStatus } from "./grpc-status.ts";
import { loadService, type ServiceName } from "./load-service.ts";

/** A refusal as it goes to the client: its text may be logged there, so it names no secret. */
export interface GrpcRefusal {
  readonly status: GrpcStatus;
  readonly message: string;
}

/** One unary method: messages as the proto file names their fields. */
export type GrpcMethod = (request: never) => Promise<object> | object;

export interface ServeGrpcOptions {
  /** Path of the Unix socket to create; it begins with a NUL for an abstract one. */
  readonly socketPath: string;
  readonly service: ServiceName;
  readonly methods: Readonly<Record<string, GrpcMethod>>;
  /** What a failure says to the client. */
  readonly refusal: (error: KustodyError) => GrpcRefusal;
  /** Bytes of a request; a larger one is answered RESOURCE_EXHAUSTED. */
  readonly maxRequestBytes: number;
  /** Calls at a time on one connection; further ones wait. */
  readonly maxConcurrentCalls?: number;
  /** Called after each call. */
  readonly onAnswered?: (method: string, status: GrpcStatus, seconds: number, error: KustodyError | undefined) => void;
}

export interface GrpcServer {
  /** Accepts nothing more, lets calls finish for at most `graceMillis`, then cuts what is left. */
  close(graceMillis: number): Promise<void>;
}

interface Method {
  readonly name: string;
  readonly definition: MethodDefinition<object, object>;
  readonly call: GrpcMethod;
}

const MOST_CONNECTIONS = 100;
const HEADERS = { ":status": 200, "content-type": "application/grpc" };
const TRAILERS_OK = { "grpc-status": "0" };

/**
 * Serves unary methods on a Unix socket, straight on Node's HTTP/2: the server of @grpc/grpc-js takes two to three times
 * the CPU for each call (bench/README.md). What it doesn't do is said to the client: streams and compression.
 * Errors: KST_SERVER_LISTEN.
 */
export async function serveGrpc(options: ServeGrpcOptions): Promise<GrpcServer> {
  const definition = await loadService(options.service);
  const methods = new Map<string, Method>();
  for (const [name, call] of Object.entries(options.methods)) {
    const found = definition[name];
    if (found === undefined) throw new TypeError(`${options.service.name} has no method ${name}`);
    methods.set(found.path, { name, definition: found as MethodDefinition<object, object>, call });
  }
  const server = createServer({ settings: { maxConcurrentStreams: options.maxConcurrentCalls ?? 256 } });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // Garbage ends its own connection, which is no event of ours.
    session.on("error", () => session.destroy());
  });
  server.on("sessionError", () => undefined);
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    accept(stream, headers, methods, options);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options.socketPath);
  return { close: (graceMillis) => drain(server, sessions, graceMillis) };
}

async function listen(server: Http2Server, socketPath: string): Promise<void> {
  try {
    server.listen(socketPath);
    await once(server, "listening");
  } catch (cause) {
    throw new KustodyError("KST_SERVER_LISTEN", `cannot serve on ${socketPath.replace("\0", "@")}`, {
      hint: "check that the folder exists and that nothing else listens there",
      cause,
    });
  }
}

async function drain(server: Http2Server, sessions: Set<ServerHttp2Session>, graceMillis: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  const cut = setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, graceMillis);
  await closed;
  clearTimeout(cut);
}

function accept(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: ReadonlyMap<string, Method>,
  { maxRequestBytes, refusal, onAnswered }: ServeGrpcOptions,
): void {
  const began = performance.now();
  const isGrpc = headers["content-type"]?.startsWith("application/grpc") === true;
  if (headers[":method"] !== "POST" || !isGrpc) {
    stream.respond({ ":status": 415 }, { endStream: true });
    return;
  }
  const method = methods.get(headers[":path"] ?? "");
  if (method === undefined) {
    refuse(stream, "UNIMPLEMENTED", "there is no such method");
    return;
  }
  const answer = (message: object): void => {
    reply(stream, method.definition.responseSerialize(message));
    onAnswered?.(method.name, "OK", (performance.now() - began) / 1000, undefined);
  };
  const fail = (thrown: unknown): void => {
    const error = toKustodyError(thrown);
    const { status, message } = refusal(error);
    refuse(stream, status, message);
    onAnswered?.(method.name, status, (performance.now() - began) / 1000, error);
  };
  readBody(stream, maxRequestBytes, (body) => {
    if (body === undefined)
      return refuse(stream, "RESOURCE_EXHAUSTED", `a request has at most ${maxRequestBytes} bytes`);
    const unframed = unframeMessage(body);
    if ("status" in unframed) return refuse(stream, unframed.status, unframed.message);
    let request: object;
    try {
      request = method.definition.requestDeserialize(unframed.message);
    } catch {
      return refuse(stream, "INTERNAL", "the request cannot be decoded");
    }
    try {
      const result = method.call(request as never);
      // What is answered at once costs no turn of the event loop.
      if (result instanceof Promise) result.then(answer).catch(fail);
      else answer(result);
    } catch (thrown) {
      fail(thrown);
    }
  });
}

/** The whole body, or undefined as soon as it is too large. A client that goes away is never answered. */
function readBody(stream: ServerHttp2Stream, most: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
    else if (size - chunk.length <= most) done(undefined);
  });
  stream.once("end", () => {
    if (size > most || stream.aborted) return;
    const [first] = chunks;
    done(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
}

function reply(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers(TRAILERS_OK));
  stream.end(frameMessage(message));
}

/** Headers and trailers in one. */
function refuse(stream: ServerHttp2Stream, status: GrpcStatus, message: string): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const trailers = { "grpc-status": String(GRPC_STATUS[status]), "grpc-message": encodeGrpcMessage(message) };
  stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
}
