import type { GrpcStatus } from "./grpc-status.ts";

/** Length-prefixed messages of gRPC over HTTP/2: a flag that says whether it is compressed, four bytes of length, the message. */
const PREFIX = 5;

/** A message with its prefix, uncompressed. */
export function frameMessage(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX);
  return framed;
}

export type Unframed = { readonly message: Buffer } | { readonly status: GrpcStatus; readonly message: string };

/** The one message of a unary call's body, or how to refuse the body. Pure. */
export function unframeMessage(body: Buffer): Unframed {
  if (body.length < PREFIX) return { status: "INTERNAL", message: "the request has no message" };
  if (body[0] !== 0) return { status: "UNIMPLEMENTED", message: "compressed messages are not supported" };
  if (body.readUInt32BE(1) !== body.length - PREFIX) {
    return { status: "INTERNAL", message: "the request does not have exactly one whole message" };
  }
  return { message: body.subarray(PREFIX) };
}

/** A text as `grpc-message` wants it: printable ASCII, all else percent-encoded as UTF-8. */
export function encodeGrpcMessage(text: string): string {
  return [...Buffer.from(text.slice(0, 1000))]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}
