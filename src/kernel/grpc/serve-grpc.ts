import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { KustodyError, toKustodyError } from "../errors.ts";
import { GRPC_STATUS, type GrpcStatus } from "./grpc-status.ts";
import { loadService, type ServiceName } from "./load-service.ts";

/** A refusal as it goes to the client: its text may be logged there, so it names no secret. */
export interface GrpcRefusal {
  readonly status: GrpcStatus;
  readonly message: string;
}

/** One unary method: messages as the proto file names their fields. `signal` aborts when the client no longer waits. */
export type GrpcMethod = (request: never, signal: AbortSignal) => Promise<object> | object;

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

/** Serves unary methods on a Unix socket. Errors: KST_SERVER_LISTEN. */
export async function serveGrpc(options: ServeGrpcOptions): Promise<GrpcServer> {
  const [{ Server, ServerCredentials }, definition] = await Promise.all([
    import("@grpc/grpc-js"),
    loadService(options.service),
  ]);
  const server = new Server({
    "grpc.max_receive_message_length": options.maxRequestBytes,
    "grpc.max_concurrent_streams": options.maxConcurrentCalls ?? 256,
    "grpc.enable_channelz": 0,
  });
  const methods: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(options.methods)) methods[name] = unary(name, method, options);
  server.addService(definition, methods);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${options.socketPath}`, ServerCredentials.createInsecure(), (cause) => {
      if (cause === null) return resolve();
      reject(
        new KustodyError("KST_SERVER_LISTEN", `cannot serve on ${options.socketPath.replace("\0", "@")}`, {
          hint: "check that the folder exists and that nothing else listens there",
          cause,
        }),
      );
    });
  });
  return {
    close: (graceMillis) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), graceMillis);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

function unary(name: string, method: GrpcMethod, options: ServeGrpcOptions): handleUnaryCall<object, object> {
  return (call, answer) => {
    const began = performance.now();
    const done = (status: GrpcStatus, error?: KustodyError): void =>
      options.onAnswered?.(name, status, (performance.now() - began) / 1000, error);
    const fail = (thrown: unknown): void => {
      const error = toKustodyError(thrown);
      const { status, message } = options.refusal(error);
      answer({ code: GRPC_STATUS[status], details: message });
      done(status, error);
    };
    const reply = (message: object): void => {
      answer(null, message);
      done("OK");
    };
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort());
    try {
      const result = method(call.request as never, gone.signal);
      // What is answered at once costs no turn of the event loop.
      if (result instanceof Promise) result.then(reply, fail);
      else reply(result);
    } catch (thrown) {
      fail(thrown);
    }
  };
}
