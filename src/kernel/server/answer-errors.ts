import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from "fastify";

/** Node's codes of requests that it can't read, with what they mean to a client. */
const UNREADABLE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Replies to what goes wrong before or outside of a handler: the status's standard words, nothing of the request. */
export const answerErrors = {
  options: {
    frameworkErrors: (error: { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply) => {
      void answer(reply, error.statusCode);
    },
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => {
      const status = UNREADABLE[error.code ?? ""] ?? 400;
      if (socket.writable) socket.write(rawReply(status));
      socket.destroy();
    },
  } satisfies FastifyServerOptions,

  install(app: FastifyInstance): void {
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => answer(reply, error.statusCode));
    app.setNotFoundHandler((_request, reply) => answer(reply, 404));
  },
};

function answer(reply: FastifyReply, status = 500): FastifyReply {
  return reply.code(status).send({ error: words(status) });
}

function rawReply(status: number): string {
  const body = JSON.stringify({ error: words(status) });
  const head = `HTTP/1.1 ${status} ${words(status)}\r\nContent-Type: application/json\r\nConnection: close`;
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function words(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}
