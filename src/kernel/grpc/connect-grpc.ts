import type { Client, ServiceError } from "@grpc/grpc-js";
import { type GrpcStatus, grpcStatusName } from "./grpc-status.ts";
import { loadService, type ServiceName } from "./load-service.ts";

/** A call's outcome: the message, or how the server refused. */
export type GrpcReply<T> = { readonly message: T } | { readonly status: GrpcStatus; readonly details: string };

export interface GrpcClient {
  call<T>(method: string, request: object, timeoutMillis: number): Promise<GrpcReply<T>>;
  close(): void;
}

/** A client of a service on a Unix socket, with `localhost` as authority, as the API server and kubelet name it. */
export async function connectGrpc(socketPath: string, service: ServiceName): Promise<GrpcClient> {
  const [{ Client, credentials }, definition] = await Promise.all([import("@grpc/grpc-js"), loadService(service)]);
  const client: Client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    "grpc.default_authority": "localhost",
    "grpc.enable_channelz": 0,
    "grpc.enable_retries": 0,
  });
  return {
    call: <T>(method: string, request: object, timeoutMillis: number) => {
      const found = definition[method];
      if (found === undefined) throw new TypeError(`there is no method ${method}`);
      return new Promise<GrpcReply<T>>((resolve) => {
        const answered = (error: ServiceError | null, message?: unknown): void =>
          resolve(
            error === null
              ? { message: message as T }
              : { status: grpcStatusName(error.code), details: error.details ?? error.message },
          );
        client.makeUnaryRequest(
          found.path,
          found.requestSerialize,
          found.responseDeserialize,
          request,
          { deadline: Date.now() + timeoutMillis },
          answered,
        );
      });
    },
    close: () => client.close(),
  };
}
