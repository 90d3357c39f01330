import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import { createHttpClient } from "./http-client.ts";
import type { HttpClient, HttpClientOptions } from "./http-types.ts";

const CANARY = "canary-6f1d";

/** Runs `body` against a real server on a free port, and ends both. */
async function withServer(
  listener: RequestListener,
  options: Partial<HttpClientOptions>,
  body: (client: HttpClient, server: Server) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createHttpClient({ baseUrl, random: () => 0, ...options });
  try {
    await body(client, server);
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Expects an error of ours that tells nothing secret, whatever of it is printed. */
function refusal(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KustodyError);
    assert.equal(error.code, code);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), new RegExp(CANARY));
    return true;
  };
}

test("headers, secret headers, a body and a query arrive; the reply comes back whole", async () => {
  await withServer(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(201, { "x-two": ["a", "b"] });
        const { url, method, headers } = request;
        response.end(JSON.stringify([method, url, headers["x-token"], Buffer.concat(chunks).toString()]));
      });
    },
    { headers: { "x-token": Secret.fromText(CANARY) } },
    async (client) => {
      const reply = await client.request({ method: "POST", path: "/a?b=c", body: Secret.fromText("text") });
      assert.equal(reply.status, 201);
      assert.equal(reply.headers["x-two"], "a, b");
      assert.deepEqual(JSON.parse(reply.body.toString()), ["POST", "/a?b=c", CANARY, "text"]);
    },
  );
});

test("headers that don't come, and a body that stalls, time out", async () => {
  await withServer(
    (request, response) => {
      if (request.url === "/body") response.writeHead(200).write(CANARY);
    },
    { timeouts: { headers: 300, body: 300 }, retry: { attempts: 1 } },
    async (client) => {
      await assert.rejects(
        client.request({ path: "/headers", headers: { authorization: CANARY } }),
        refusal("KST_HTTP_TIMEOUT"),
      );
      await assert.rejects(client.request({ path: "/body" }), refusal("KST_HTTP_TIMEOUT"));
      const stream = await client.stream({ path: "/body" });
      await assert.rejects(async () => {
        for await (const chunk of stream.body) assert.equal(chunk.toString(), CANARY);
      }, refusal("KST_HTTP_TIMEOUT"));
    },
  );
});

test("the total time counts across slow drops and retries", async () => {
  await withServer(
    (request, response) => {
      if (request.url === "/busy") return response.writeHead(503).end();
      const drops = setInterval(() => response.write("x"), 20);
      return response.on("close", () => clearInterval(drops));
    },
    { timeouts: { total: 300 }, retry: { attempts: 1000, base: 20, cap: 20 } },
    async (client) => {
      await assert.rejects(client.request({ path: "/drops" }), refusal("KST_HTTP_TIMEOUT"));
      await assert.rejects(client.request({ path: "/busy" }), refusal("KST_HTTP_TIMEOUT"));
    },
  );
});

test("a body over the bound is refused, declared or not; at the bound it is read", async () => {
  await withServer(
    (request, response) => {
      if (request.url === "/declared") response.writeHead(200, { "content-length": 1001 });
      response.write("x".repeat(1000));
      response.end(request.url === "/bound" ? "" : "y");
    },
    { maxResponseBytes: 1000 },
    async (client) => {
      await assert.rejects(client.request({ path: "/declared" }), refusal("KST_HTTP_TOO_LARGE"));
      await assert.rejects(client.request({ path: "/chunked" }), refusal("KST_HTTP_TOO_LARGE"));
      assert.equal((await client.request({ path: "/bound" })).body.length, 1000);
    },
  );
});

test("503 and lost connections are retried for GET, never for POST", async () => {
  const seen: string[] = [];
  await withServer(
    (request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const count = seen.filter((one) => one.endsWith(request.url ?? "")).length;
      if (request.url === "/lost" && count < 3) request.socket.destroy();
      else response.writeHead(request.url === "/busy" && count < 3 ? 503 : 200, { "retry-after": "0" }).end("done");
    },
    { retry: { base: 1, cap: 1 } },
    async (client) => {
      assert.equal((await client.request({ path: "/busy" })).body.toString(), "done");
      assert.equal((await client.request({ path: "/lost" })).body.toString(), "done");
      assert.equal(seen.length, 6);
      seen.length = 0;
      assert.equal((await client.request({ method: "POST", path: "/busy" })).status, 503);
      await assert.rejects(client.request({ method: "POST", path: "/lost" }), refusal("KST_HTTP_UNREACHABLE"));
      assert.deepEqual(seen, ["POST /busy", "POST /lost"]);
    },
  );
});

test("an abort ends a request, a wait for the next attempt and a stream", async () => {
  await withServer(
    (request, response) => {
      if (request.url === "/busy") response.writeHead(503, { "retry-after": "50" }).end();
      if (request.url === "/stream") response.write("x");
    },
    {},
    async (client, server) => {
      for (const path of ["/hangs", "/busy"]) {
        const stopper = new AbortController();
        const arrived = once(server, "request");
        const reply = client.request({ path, signal: stopper.signal });
        await arrived;
        stopper.abort();
        await assert.rejects(reply, refusal("KST_HTTP_ABORTED"));
      }
      const stopper = new AbortController();
      const stream = await client.stream({ path: "/stream", signal: stopper.signal });
      await assert.rejects(async () => {
        for await (const _ of stream.body) stopper.abort();
      }, refusal("KST_HTTP_ABORTED"));
      await assert.rejects(client.request({ path: "/", signal: AbortSignal.abort() }), refusal("KST_HTTP_ABORTED"));
    },
  );
});

test("closing a client ends streams that began before its last reload", { timeout: 20_000 }, async () => {
  await withServer(
    (_, response) => response.write("first"),
    {},
    async (client) => {
      const { body } = await client.stream({ path: "/", timeouts: { body: 0 } });
      const chunks = body[Symbol.asyncIterator]();
      assert.equal(String((await chunks.next()).value), "first");
      client.reload({});
      const rest = assert.rejects(chunks.next(), refusal("KST_HTTP_ABORTED"));
      await client.close();
      await rest;
    },
  );
});

test("leaving a stream early closes its connection", async () => {
  await withServer(
    (_, response) => response.write("x"),
    {},
    async (client, server) => {
      server.on("request", (_, response) => response.on("close", () => server.emit("left")));
      const left = once(server, "left");
      for await (const _ of (await client.stream({ path: "/" })).body) break;
      await left;
    },
  );
});

test("redirects are replies unless asked for, and then stay on the origin", async () => {
  await withServer(
    (request, response) => {
      const to: Record<string, string> = { "/a": "/b", "/b": "/c", "/away": "http://localhost:1/" };
      const location = to[request.url ?? ""];
      if (location === undefined) response.end(request.headers["x-token"]);
      else response.writeHead(302, { location }).end();
    },
    { maxRedirects: 2, headers: { "x-token": Secret.fromText(CANARY) } },
    async (client, server) => {
      assert.equal((await client.request({ path: "/a" })).body.toString(), CANARY);
      await assert.rejects(client.request({ path: "/away" }), refusal("KST_HTTP_REDIRECT"));
      const plain = createHttpClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      assert.equal((await plain.request({ path: "/a" })).status, 302);
      await plain.close();
    },
  );
});

test("a Unix socket is spoken to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kustody-http-"));
  const socketPath = join(folder, "s");
  const server = createServer((request, response) => response.end(request.headers.host));
  server.listen(socketPath);
  await once(server, "listening");
  const client = createHttpClient({ baseUrl: "http://agent", socketPath });
  try {
    assert.equal((await client.request({ path: "/" })).body.toString(), "agent");
  } finally {
    await client.close();
    server.close();
    await rm(folder, { recursive: true });
  }
});

test("what is no HTTP, and a port where nobody listens, are told apart", async () => {
  const server = createTcpServer((socket) => socket.resume().end(`${CANARY}\r\n\r\n`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createHttpClient({ baseUrl, retry: { attempts: 1 } });
  try {
    await assert.rejects(client.request({ path: "/" }), refusal("KST_HTTP_PROTOCOL"));
  } finally {
    server.close();
  }
  await once(server, "close");
  await assert.rejects(client.request({ path: "/" }), refusal("KST_HTTP_UNREACHABLE"));
  await client.close();
  await assert.rejects(client.request({ path: "/" }), refusal("KST_HTTP_ABORTED"));
});

test("addresses with credentials, paths that leave the base and impossible headers are refused before sending", async () => {
  assert.throws(() => createHttpClient({ baseUrl: `http://u:${CANARY}@host` }), refusal("KST_HTTP_REQUEST"));
  assert.throws(() => createHttpClient({ baseUrl: `ftp://${CANARY}` }), refusal("KST_HTTP_REQUEST"));
  const client = createHttpClient({ baseUrl: "http://127.0.0.1:1/base", retry: { attempts: 1 } });
  for (const path of ["/../x", "x", "@evil.example/", "/%2e%2e/x"]) {
    await assert.rejects(client.request({ path }), refusal("KST_HTTP_REQUEST"), path);
  }
  const authorization = Secret.fromText(`${CANARY}\nx`);
  await assert.rejects(client.request({ path: "/a", headers: { authorization } }), refusal("KST_HTTP_REQUEST"));
  await client.close();
});
