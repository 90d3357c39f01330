import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { Credentials } from "../auth/credentials.ts";
import { createTransport, type KubeTransport } from "./kube-transport.ts";

/** A transport whose token is `token-0`, then `token-1`… after each refusal, up to `last`; against a small real server. */
async function withApi(
  listener: RequestListener,
  last: number,
  body: (api: KubeTransport) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  let number = 0;
  const tokens: Credentials[] = [0, 1, 2].map((i) => ({ token: Secret.fromText(`token-${i}`) }));
  const api = createTransport({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tls: {},
    namespace: "default",
    context: undefined,
    credentials: {
      current: () => Promise.resolve(tokens[number] ?? {}),
      rejected: () => Promise.resolve(number < last && ++number > 0),
    },
  });
  try {
    await body(api);
  } finally {
    await api.close();
    server.closeAllConnections();
    server.close();
  }
}

const failure = (code: string, says: RegExp, retry?: unknown) => (error: unknown) => {
  assert.ok(error instanceof KustodyError);
  assert.equal(error.code, code);
  assert.match(error.message, says);
  if (retry !== undefined) assert.deepEqual(error.retry, retry);
  return true;
};

test("after 401 other credentials are tried once, for requests and for streams", async () => {
  const seen: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(request.headers.authorization === "Bearer token-0" ? 401 : 200).end("{}");
  };
  await withApi(listener, 1, async (api) => {
    assert.equal((await api.request({ what: "try", path: "/" })).status, 200);
    assert.deepEqual(seen, ["Bearer token-0", "Bearer token-1"]);
  });
  await withApi(listener, 1, async (api) => {
    assert.equal((await api.stream({ what: "try", path: "/" })).status, 200);
  });
  await withApi(listener, 0, async (api) => {
    await assert.rejects(api.request({ what: "try", path: "/" }), failure("KST_KUBE_UNAUTHORIZED", /^try: /));
  });
});

test("429 is waited out whatever the method, since nothing was begun; in the end it says when to come back", async () => {
  let count = 0;
  const listener: RequestListener = (request, response) => {
    count++;
    const wait = request.url === "/long" ? "120" : "0";
    response.writeHead(request.url === "/ok" && count > 2 ? 201 : 429, { "retry-after": wait }).end();
  };
  await withApi(listener, 0, async (api) => {
    assert.equal((await api.request({ what: "create", method: "POST", path: "/ok" })).status, 201);
    assert.equal(count, 3);
    await assert.rejects(
      api.request({ what: "list", path: "/long" }),
      failure("KST_KUBE_BUSY", /^list: /, { after: 120_000 }),
    );
  });
});

const STATUS = {
  reason: "Invalid",
  message: 'Secret "x": canary',
  details: { causes: [{ field: "data.x", message: "canary" }] },
};
const CASES: readonly [status: number, body: unknown, code: string][] = [
  [400, {}, "KST_KUBE_INVALID"],
  [403, {}, "KST_KUBE_FORBIDDEN"],
  [404, "not json", "KST_KUBE_NOT_FOUND"],
  [409, { reason: "AlreadyExists" }, "KST_KUBE_EXISTS"],
  [409, { reason: "Conflict" }, "KST_KUBE_CONFLICT"],
  [410, {}, "KST_KUBE_EXPIRED"],
  [422, STATUS, "KST_KUBE_INVALID"],
  [500, null, "KST_KUBE_SERVER"],
  [302, {}, "KST_KUBE_SERVER"],
];

for (const [status, body, code] of CASES) {
  test(`${status} ${JSON.stringify(body).slice(0, 30)} is ${code}`, async () => {
    await withApi(
      (_, response) => response.writeHead(status).end(JSON.stringify(body)),
      0,
      async (api) => {
        await assert.rejects(api.request({ what: "do", path: "/" }), failure(code, /^do: /));
        await assert.rejects(api.stream({ what: "do", path: "/" }), failure(code, /^do: /));
      },
    );
  });
}

test("what an admission webhook says about a Secret is not repeated, only reason and fields", async () => {
  await withApi(
    (_, response) => response.writeHead(422).end(JSON.stringify(STATUS)),
    0,
    async (api) => {
      const refused = (error: unknown) => failure("KST_KUBE_INVALID", /^apply: Invalid \(data\.x\)$/)(error);
      await assert.rejects(api.request({ what: "apply", path: "/", secretive: true }), refused);
      await assert.rejects(api.request({ what: "apply", path: "/" }), failure("KST_KUBE_INVALID", /canary/));
    },
  );
});
