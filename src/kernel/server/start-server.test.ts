import assert from "node:assert/strict";
import { once } from "node:events";
import { type RequestOptions, request } from "node:https";
import { after, before, test } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type ControlPlane, startControlPlane } from "../../lab/index.ts";
import { KustodyError } from "../errors.ts";
import { connectKube, type Kube } from "../kube/index.ts";
import { kubeSecretRecord } from "../kube/kube-secret-record.ts";
import { Metrics } from "../observe/metrics.ts";
import { writeCertificateSet } from "./certificate-set.ts";
import { changeCertificates } from "./change-certificates.ts";
import { FollowedCertificates } from "./follow-certificates.ts";
import type { Route, RunningServer, ServerOptions } from "./server-types.ts";
import { startServer } from "./start-server.ts";

const CANARY = "c4n4ry";
let plane: ControlPlane;
let kube: Kube;
let certificates: FollowedCertificates;
let server: RunningServer;
const waiting: string[] = [];
const errors: KustodyError[] = [];

const routes: Route[] = [
  { method: "POST", path: "/echo", maxBodyBytes: 1000, handle: ({ body }) => ({ bytes: body }) },
  { method: "GET", path: "/objects/:name", handle: ({ query }) => ({ json: query, headers: { "x-of": "ours" } }) },
  {
    method: "POST",
    path: "/fail",
    handle: ({ body }) => {
      throw new KustodyError("KST_MANIFEST_INVALID", `bad ${body.toString()}`);
    },
  },
];

before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  const record = kubeSecretRecord(kube, { namespace: "default", name: "tls", fieldManager: "kustody" });
  const hour = 3_600_000;
  const lifetimes = { caMillis: 99 * hour, leafMillis: hour, overlapMillis: hour };
  const settings = { name: "k", dnsNames: [], ipAddresses: ["127.0.0.1"], ...lifetimes };
  await record.write(
    writeCertificateSet(await changeCertificates(undefined, "begin", settings, Date.now())),
    undefined,
  );
  certificates = new FollowedCertificates({ record });
  server = await start({ metrics: new Metrics(), notReady: () => waiting });
});
after(async () => {
  await server?.close();
  await certificates?.[Symbol.asyncDispose]();
  await kube?.close();
  await plane?.stop();
});

function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  return startServer({
    listen: { host: "127.0.0.1", port: 0 },
    certificates,
    routes,
    timeouts: { headers: 500, request: 1000, drain: 500 },
    onError: (error) => errors.push(error),
    ...options,
  });
}

const trust = () => certificates.current?.bundlePem ?? "";

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

function send(path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const sent = request(`${server.url}${path}`, { ca: trust(), agent: false, ...options }, (reply) => {
    let text = "";
    reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
    reply.on("end", () => resolve({ status: reply.statusCode ?? 0, text, headers: reply.headers }));
    reply.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** Everything that the server sends to `text` over a raw TLS connection until it closes. */
async function raw(to: RunningServer, text: string): Promise<string> {
  const socket = await open(to);
  let got = "";
  socket.on("data", (chunk: Buffer) => (got += chunk.toString()));
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return got;
}

async function open(to: RunningServer, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port: to.port, ca: trust(), ...options });
  await once(socket, "secureConnect");
  return socket;
}

test("routes get bodies as bytes whatever their type, and queries; replies carry types and headers", async () => {
  const body = Buffer.from([0, 255, 10, 13]);
  for (const headers of [{}, { "content-type": "application/json" }, { "content-type": "x/y; charset=z" }]) {
    const echoed = await send("/echo", { method: "POST", headers }, body);
    assert.equal(echoed.status, 200);
    assert.equal(echoed.headers["content-length"], "4");
  }
  const object = await send("/objects/a?x=1&x=2&y=%20");
  assert.deepEqual(JSON.parse(object.text), { x: ["1", "2"], y: " " });
  assert.match(String(object.headers["content-type"]), /^application\/json/);
  assert.equal(object.headers["x-of"], "ours");
});

test("health, readiness with its reasons, and metrics by route pattern", async () => {
  assert.equal((await send("/healthz")).status, 200);
  assert.deepEqual((await send("/readyz")).text, "ok\n");
  waiting.push("cache");
  const unready = await send("/readyz");
  waiting.pop();
  assert.deepEqual([unready.status, unready.text], [503, "cache\n"]);
  await send(`/objects/${CANARY}`);
  const metrics = await send("/metrics");
  assert.match(metrics.text, /kustody_server_requests_total\{method="GET",route="\/objects\/:name",status="200"\} \d/);
  assert.doesNotMatch(metrics.text, /c4n4ry/);
  const expires = (certificates.current?.notAfter ?? 0) / 1000;
  assert.match(metrics.text, new RegExp(`^kustody_server_certificate_expires_at_seconds ${expires}$`, "m"));
});

const REFUSED: readonly [name: string, path: string, status: number, options?: RequestOptions, body?: string][] = [
  ["an unknown path", `/${CANARY}`, 404],
  ["an unknown method", `/echo?${CANARY}`, 404, { method: "DELETE" }],
  ["a path that isn't valid", `/objects/%zz${CANARY}`, 400],
  ["a body that is too large", "/echo", 413, { method: "POST" }, CANARY.repeat(1000)],
  [
    "a chunked body that is too large",
    "/echo",
    413,
    { method: "POST", headers: { "transfer-encoding": "chunked" } },
    CANARY.repeat(1000),
  ],
  ["a handler that fails", "/fail", 500, { method: "POST" }, CANARY],
];
for (const [name, path, status, options, body] of REFUSED) {
  test(`${name} is answered ${status} without an echo of the request`, async () => {
    const reply = await send(path, options, body);
    assert.equal(reply.status, status);
    assert.match(reply.text, /"error":/);
    assert.doesNotMatch(`${reply.text} ${JSON.stringify(reply.headers)}`, /c4n4ry/);
  });
}

test("a failed handler tells its error's code to the client, and the whole to the program", async () => {
  errors.length = 0;
  const reply = await send("/fail", { method: "POST" }, "why");
  assert.deepEqual(JSON.parse(reply.text), { error: "the request failed", code: "KST_MANIFEST_INVALID" });
  assert.equal(errors[0]?.message, "bad why");
});

const UNREADABLE: readonly [name: string, sent: string, status: number][] = [
  ["no HTTP at all", `${CANARY}\r\n\r\n`, 400],
  ["two lengths", `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n${CANARY}`, 400],
  [
    "both length and chunks",
    `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["endless headers", `GET / HTTP/1.1\r\nHost: a\r\nX: ${CANARY.repeat(5000)}\r\n\r\n`, 431],
  ["headers that don't come to an end", `GET / HTTP/1.1\r\nHost: a\r\nX: ${CANARY}`, 408],
  ["a body that doesn't come", `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${CANARY}`, 408],
];
for (const [name, sent, status] of UNREADABLE) {
  test(`${name}: the connection is answered ${status} and closed`, async () => {
    const got = await raw(server, sent);
    assert.match(got, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.doesNotMatch(got, /c4n4ry/);
  });
}

test("connections that say nothing are closed, before and after the handshake", async () => {
  assert.doesNotMatch(await raw(server, ""), /200/);
  const { connect: tcp } = await import("node:net");
  const silent = tcp(server.port, "127.0.0.1").on("error", () => undefined);
  silent.resume();
  await once(silent, "close");
});

test("old TLS and old ciphers are refused, TLS 1.2 and 1.3 are spoken", async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = await open(server, { minVersion: version, maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    socket.destroy();
  }
  const weak = { ciphers: "DEFAULT:@SECLEVEL=0" };
  await assert.rejects(open(server, { ...weak, minVersion: "TLSv1", maxVersion: "TLSv1.1" }));
  await assert.rejects(open(server, { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" }));
});

test("closing lets a request finish, refuses new connections, and says so to readiness before", async () => {
  const held = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const slow: Route = {
    method: "GET",
    path: "/slow",
    handle: async () => {
      entered.resolve();
      await held.promise;
      return { text: "finished" };
    },
  };
  const closing = await start({ routes: [slow], timeouts: { drain: 60_000 } });
  const url = new URL(closing.url);
  const reply = send("/slow", { host: url.hostname, port: url.port });
  await entered.promise;
  const closed = closing.close();
  await assert.rejects(open(closing));
  held.resolve();
  assert.equal((await reply).text, "finished");
  await closed;
});

test("closing cuts requests that take longer than the drain time, and the handler hears of it", async () => {
  const entered = Promise.withResolvers<AbortSignal>();
  const stuck: Route = {
    method: "GET",
    path: "/stuck",
    handle: ({ signal }) => {
      entered.resolve(signal);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ text: "late" })));
    },
  };
  const closing = await start({ routes: [stuck], timeouts: { drain: 100 } });
  const url = new URL(closing.url);
  const reply = send("/stuck", { host: url.hostname, port: url.port });
  reply.catch(() => undefined);
  const signal = await entered.promise;
  await closing.close();
  await assert.rejects(reply);
  if (!signal.aborted) await once(signal, "abort");
});

test("a taken port is a clear error", async () => {
  await assert.rejects(start({ listen: { host: "127.0.0.1", port: server.port } }), { code: "KST_SERVER_LISTEN" });
});

test("more connections than allowed are refused, and the others are served", async () => {
  const small = await start({ maxConnections: 2, timeouts: { headers: 60_000, request: 60_000 } });
  try {
    const first = await open(small);
    const second = await open(small);
    await assert.rejects(open(small));
    first.destroy();
    second.destroy();
  } finally {
    await small.close();
  }
});
