import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { ChannelCredentials, ServiceError } from "@grpc/grpc-js";
import { KustodyError } from "../errors.ts";
import type { TlsOptions } from "../http/http-types.ts";
import { type GrpcStatus, grpcStatusName } from "./grpc-status.ts";

/** What a server answered: the message's bytes, or how it refused. */
export type RawReply = { readonly bytes: Buffer } | { readonly status: GrpcStatus; readonly details: string };

/** A client that sends and receives messages as bytes: who calls it knows their format, and no value becomes a string. */
export interface RawGrpc {
  /** `method` is the path, such as `/etcdserverpb.KV/Range`. */
  call(method: string, request: Buffer, timeoutMillis: number): Promise<RawReply>;
  /** A stream of replies; it ends with one that has a status where the server breaks off. */
  stream(method: string, request: Buffer): AsyncGenerator<RawReply, void, undefined>;
  close(): void;
}

export interface RawGrpcOptions {
  /** `https://host:port`, or http:// for a server without TLS. */
  readonly endpoint: URL;
  readonly tls: TlsOptions;
  /** Bytes of a reply; a larger one is RESOURCE_EXHAUSTED. */
  readonly maxReplyBytes: number;
}

/** A client over TCP. Nothing is sent before the first call. A door: it hands the client's key to TLS. */
export async function connectRawGrpc({ endpoint, tls, maxReplyBytes }: RawGrpcOptions): Promise<RawGrpc> {
  const { Client } = await import("@grpc/grpc-js");
  const host = endpoint.hostname.replace(/^\[|\]$/g, "");
  // An address must not be sent as a server's name (RFC 6066 §3); the certificate is checked against it all the same.
  const sentName = tls.serverName ?? (isIP(host) === 0 ? undefined : "localhost");
  const channel = await credentialsFor(endpoint, tls, tls.serverName ?? host);
  const port = endpoint.port === "" ? (endpoint.protocol === "http:" ? "80" : "443") : endpoint.port;
  const client = new Client(`dns:${endpoint.hostname}:${port}`, channel, {
    "grpc.max_receive_message_length": maxReplyBytes,
    "grpc.enable_channelz": 0,
    "grpc.enable_retries": 0,
    // What is reached here stands beside us: neither a proxy of the environment nor DNS has a say.
    "grpc.enable_http_proxy": 0,
    "grpc.service_config_disable_resolution": 1,
    ...(sentName === undefined ? {} : { "grpc.ssl_target_name_override": sentName }),
  });
  const same = (bytes: Buffer): Buffer => bytes;
  return {
    call: (method, request, timeoutMillis) =>
      new Promise((resolve) => {
        const options = { deadline: Date.now() + timeoutMillis };
        client.makeUnaryRequest(method, same, same, request, options, (error: ServiceError | null, bytes?: Buffer) =>
          resolve(error === null ? { bytes: bytes ?? Buffer.alloc(0) } : refusalOf(error)),
        );
      }),
    async *stream(method, request) {
      const replies = client.makeServerStreamRequest(method, same, same, request);
      try {
        for await (const bytes of replies) yield { bytes: bytes as Buffer };
      } catch (error) {
        yield refusalOf(error as ServiceError);
      } finally {
        replies.cancel();
      }
    },
    close: () => client.close(),
  };
}

async function credentialsFor(endpoint: URL, tls: TlsOptions, name: string): Promise<ChannelCredentials> {
  const { credentials } = await import("@grpc/grpc-js");
  if (endpoint.protocol === "http:") return credentials.createInsecure();
  const shown = tls.clientCertificate;
  try {
    return credentials.createSsl(
      tls.ca === undefined ? null : Buffer.from(tls.ca.pem),
      shown === undefined ? null : shown.keyPem.unwrap(),
      shown === undefined ? null : Buffer.from(shown.certificatePem),
      {
        rejectUnauthorized: tls.insecureSkipVerify !== true,
        checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
      },
    );
  } catch {
    // OpenSSL's own message could quote the key.
    throw new KustodyError("KST_INPUT_UNREADABLE", `the certificates for ${endpoint.host} cannot be used`, {
      hint: "the CA, the certificate and its key are PEM files, and certificate and key belong together",
    });
  }
}

function refusalOf(error: ServiceError): RawReply {
  return { status: grpcStatusName(error.code), details: error.details ?? error.message };
}
