import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";
import { KustodyError } from "../../kernel/errors.ts";

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/** Plain HTTP for a scraper and the kubelet: /metrics, /healthz and /readyz. It shows numbers and names, never a value. */
export async function startListener(
  listen: string,
  answers: {
    readonly metrics: () => Iterable<string> | AsyncIterable<string>;
    readonly isReady: () => boolean;
    /** What /readyz says while it is not. */
    readonly notReady?: string;
  },
): Promise<Listener> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? "").split("?");
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    if (path === "/metrics") {
      const text = Readable.from(pieces(answers.metrics()), { objectMode: false });
      // A scraper that hangs up is no error of ours.
      pipeline(text, response.writeHead(200, headers), () => {});
      return;
    }
    const [status, text] =
      path === "/healthz"
        ? [200, "ok\n"]
        : path === "/readyz"
          ? answers.isReady()
            ? [200, "ok\n"]
            : [503, `${answers.notReady ?? "the first lists are not complete"}\n`]
          : [404, "not found\n"];
    response.writeHead(status, headers).end(text);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 100;
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, "") || "::";
  server.listen(Number(listen.slice(colon + 1)), host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new KustodyError("KST_SERVER_LISTEN", `cannot serve metrics on ${listen}`, {
      hint: "choose another address with --metrics-listen",
      cause,
    });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const PIECE = 64 * 1024;

/** Texts in larger pieces: ten thousand objects' lines are some megabytes, which are never in memory together. */
async function* pieces(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
