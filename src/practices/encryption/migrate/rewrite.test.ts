import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { createKube, type Kube, Secrets } from "../../../kernel/kube/index.ts";
import { rewrite } from "./apply.ts";

/** An API server that refuses as it is told, in front of which no time passes. */
let server: Server;
let kube: Kube;
let requests: { method: string; url: string; accept: string; body: string }[] = [];
let refusals: { status: number; retryAfter?: string }[] = [];
let now = 0;

before(async () => {
  server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      requests.push({ method, url, accept: headers.accept ?? "", body: Buffer.concat(chunks).toString() });
      const refusal = url.includes("/unlucky") ? { status: 422 } : refusals.shift();
      const retry = refusal?.retryAfter === undefined ? {} : { "retry-after": refusal.retryAfter };
      response.writeHead(refusal?.status ?? 200, { "content-type": "application/json", ...retry });
      response.end(JSON.stringify(refusal === undefined ? { metadata: { name: "s" } } : { kind: "Status" }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const clock = {
    now: () => now,
    sleep: async (millis: number) => {
      now += millis;
      await Promise.resolve();
    },
  };
  kube = createKube(
    {
      server: `http://127.0.0.1:${port}`,
      tls: {},
      namespace: "default",
      context: undefined,
      credentials: { current: async () => ({}), rejected: async () => false },
    },
    { clock },
  );
});
beforeEach(() => {
  requests = [];
  refusals = [];
  now = 0;
});
after(async () => {
  await kube.close();
  server.close();
});

async function* names(...list: string[]): AsyncGenerator<string> {
  for (const name of list) yield await Promise.resolve(name);
}
const options = { perSecond: 100, concurrency: 1, signal: new AbortController().signal };

test("each object gets an empty patch, and only metadata is asked for", async () => {
  const done = await rewrite(kube, Secrets, names("shop/a", "shop/b"), options);
  assert.deepEqual(done, { rewritten: 2, gone: 0, failed: 0, failures: [] });
  assert.deepEqual(
    requests.map(({ method, url, body }) => [method, url, body]),
    [
      ["PATCH", "/api/v1/namespaces/shop/secrets/a", "{}"],
      ["PATCH", "/api/v1/namespaces/shop/secrets/b", "{}"],
    ],
  );
  assert.ok(requests.every(({ accept }) => accept.includes("as=PartialObjectMetadata")));
});

test("a busy API server is waited for as long as it says, and nothing is lost", async () => {
  refusals = Array.from({ length: 10 }, () => ({ status: 429, retryAfter: "7" }));
  const { rewritten, failed } = await rewrite(kube, Secrets, names("shop/a", "shop/b"), options);
  assert.deepEqual([rewritten, failed, requests.length], [2, 0, 12]);
  assert.ok(now >= 70_000, `waited ${now} ms`);
});

test("what is gone, refused or changed by others stops nobody else", async () => {
  refusals = [{ status: 404 }, { status: 409 }];
  const { rewritten, gone, failed, failures } = await rewrite(
    kube,
    Secrets,
    names("shop/gone", "shop/changed", "shop/unlucky", "shop/last"),
    options,
  );
  assert.deepEqual([rewritten, gone, failed], [2, 1, 1]);
  assert.equal(failures[0]?.name, "shop/unlucky");
});

test("a server that stays down is given up object by object; a missing right ends it at once", async () => {
  refusals = Array.from({ length: 200 }, () => ({ status: 500 }));
  const { failed } = await rewrite(kube, Secrets, names("shop/a", "shop/b"), options);
  assert.equal(failed, 2);
  refusals = [{ status: 403 }];
  await assert.rejects(rewrite(kube, Secrets, names("shop/a", "shop/b"), options), { code: "KST_KUBE_FORBIDDEN" });
});

test("an interruption leaves what was not begun, and the place before it", async () => {
  const interrupt = new AbortController();
  let place: string | undefined;
  const { rewritten } = await rewrite(kube, Secrets, names("shop/a", "shop/b", "shop/c", "shop/d"), {
    ...options,
    signal: interrupt.signal,
    onDone: ({ rewritten: count }, upTo) => {
      place = upTo;
      if (count === 2) interrupt.abort();
    },
  });
  assert.deepEqual([rewritten, place, requests.length], [2, "shop/b", 2]);
});
