import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A proxy behind which public names lead to servers of a test. */
export interface NamedHosts {
  readonly proxyUrl: string;
  /** Hosts to which no connection comes about for now. */
  readonly down: Set<string>;
  stop(): Promise<void>;
}

/**
 * `ports` has the local port for each name; all other names are refused. `answer` gets what is asked of the proxy itself,
 * without a tunnel, as clients do for pages without TLS.
 */
export async function startNamedHosts(
  ports: Readonly<Record<string, number>>,
  answer?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<NamedHosts> {
  const down = new Set<string>();
  const sockets = new Set<Socket>();
  const proxy = createServer((request, response) =>
    answer === undefined ? response.end() : answer(request, response),
  );
  proxy.on("connect", (request, client: Socket) => {
    const host = (request.url ?? "").replace(/:\d+$/, "");
    const port = down.has(host) ? undefined : ports[host];
    if (port === undefined) {
      client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  const port = await listen(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${port}`,
    down,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await closeServer(proxy);
    },
  };
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
