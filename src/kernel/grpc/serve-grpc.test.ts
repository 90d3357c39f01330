import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { KustodyError } from "../errors.ts";
import { connectGrpc, type GrpcClient } from "./connect-grpc.ts";
import { encodeGrpcMessage, frameMessage, unframeMessage } from "./grpc-frame.ts";
import { type GrpcServer, serveGrpc } from "./serve-grpc.ts";

const SERVICE = { file: "kms-v2.proto", name: "v2.KeyManagementService" };
const STATUS = "/v2.KeyManagementService/Status";
const DECRYPT = "/v2.KeyManagementService/Decrypt";

let folder: string;
let socketPath: string;
let server: GrpcServer;
let client: GrpcClient;
let session: ClientHttp2Session;
let release: () => void = () => undefined;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-grpc-"));
  socketPath = join(folder, "s.sock");
  server = await serveGrpc({
    socketPath,
    service: SERVICE,
    maxRequestBytes: 1000,
    refusal: ({ message, code }) => ({ status: "NOT_FOUND", message: `${message} (${code})` }),
    methods: {
      Status: () => ({ version: "v2", healthz: "ok", key_id: "k" }),
      Encrypt: async ({ plaintext }: { plaintext: Buffer }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        release = resolve;
        await promise;
        return { ciphertext: plaintext, key_id: "k", annotations: { "a.b": Buffer.of(1) } };
      },
      Decrypt: () => {
        throw new KustodyError("KST_KMS_REQUEST", "ünknown\n100 %");
      },
    },
  });
  client = await connectGrpc(socketPath, SERVICE);
  session = connectHttp2("http://localhost", { createConnection: () => connect(socketPath) });
});
after(async () => {
  client?.close();
  session?.destroy();
  await server?.close(0);
  await rm(folder, { recursive: true, force: true });
});

/** Sends one request as it is and gives headers and trailers in one. */
async function raw(headers: Record<string, string>, body: Buffer): Promise<Record<string, unknown>> {
  const stream = session.request({ ":method": "POST", "content-type": "application/grpc", te: "trailers", ...headers });
  let seen: Record<string, unknown> = {};
  stream.on("response", (got) => (seen = { ...seen, ...got }));
  stream.on("trailers", (got) => (seen = { ...seen, ...got }));
  stream.on("error", () => undefined);
  stream.resume();
  stream.end(body);
  await once(stream, "close");
  return seen;
}

const still = async (): Promise<void> => {
  assert.deepEqual(await client.call("Status", {}, 3000), { message: { version: "v2", healthz: "ok", key_id: "k" } });
};

test("a call of a real client is answered, and a failure arrives with its status and its whole text", async () => {
  await still();
  const failed = await client.call("Decrypt", { ciphertext: Buffer.of(1) }, 3000);
  assert.deepEqual(failed, { status: "NOT_FOUND", details: "ünknown\n100 % (KST_KMS_REQUEST)" });
});

test("what is no unary call is refused with the status that gRPC has for it", async () => {
  const cases: [what: string, headers: Record<string, string>, body: Buffer, status: string][] = [
    ["no such method", { ":path": "/v2.KeyManagementService/Nothing" }, frameMessage(Buffer.alloc(0)), "12"],
    ["a compressed message", { ":path": STATUS }, Buffer.from([1, 0, 0, 0, 0]), "12"],
    ["no message", { ":path": STATUS }, Buffer.alloc(0), "13"],
    ["a cut message", { ":path": STATUS }, Buffer.from([0, 0, 0, 0, 9, 1]), "13"],
    ["two messages", { ":path": STATUS }, Buffer.alloc(10), "13"],
    ["no protobuf", { ":path": DECRYPT }, frameMessage(Buffer.from([0x0a, 0xff])), "13"],
    ["too much", { ":path": STATUS }, Buffer.alloc(200_000), "8"],
  ];
  for (const [what, headers, body, status] of cases) {
    assert.equal((await raw(headers, body))["grpc-status"], status, what);
  }
  assert.equal((await raw({ ":path": STATUS, "content-type": "text/plain" }, Buffer.alloc(5)))[":status"], 415);
  assert.equal((await raw({ ":path": STATUS, ":method": "PUT" }, Buffer.alloc(0)))[":status"], 415);
  await still();
});

test("garbage on the socket ends its own connection and no other", async () => {
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const bytes of ["GET / HTTP/1.1\r\n\r\n", `${preface}\xff\xff\xff\xff`, "\0".repeat(20_000), preface]) {
    const socket = connect(socketPath);
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.write(Buffer.from(bytes, "latin1"));
    socket.setTimeout(300, () => socket.destroy());
    await once(socket, "close");
    await still();
  }
});

test("clients that go away in the middle of a call leave nothing behind", async () => {
  for (let n = 0; n < 50; n++) {
    const stream = session.request({ ":method": "POST", ":path": STATUS, "content-type": "application/grpc" });
    stream.on("error", () => undefined);
    stream.write(Buffer.of(0, 0));
    stream.close(constants.NGHTTP2_CANCEL);
    await once(stream, "close");
  }
  const late = client.call("Encrypt", { plaintext: Buffer.of(1) }, 50);
  assert.equal(((await late) as { status: string }).status, "DEADLINE_EXCEEDED");
  release();
  await still();
});

test("closing lets a call under way finish, and accepts no other", async () => {
  release = () => undefined;
  const own = await connectGrpc(socketPath, SERVICE);
  const answer = own.call<{ ciphertext: Buffer }>("Encrypt", { plaintext: Buffer.of(7) }, 5000);
  while (release.length !== 1) await new Promise((resolve) => setImmediate(resolve));
  const closing = server.close(5000);
  release();
  assert.deepEqual(((await answer) as { message: { ciphertext: Buffer } }).message.ciphertext, Buffer.of(7));
  own.close();
  session.close();
  await closing;
  const refused = await connectGrpc(socketPath, SERVICE);
  assert.equal(((await refused.call("Status", {}, 500)) as { status: string }).status, "UNAVAILABLE");
  refused.close();
});

test("a framed message is unframed, and nothing but one whole message is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 20 }), (message, other) => {
      assert.deepEqual(unframeMessage(frameMessage(message)), { message: Buffer.from(message) });
      const more = Buffer.concat([frameMessage(message), other]);
      assert.equal("status" in unframeMessage(more), other.length > 0);
      assert.ok("status" in unframeMessage(frameMessage(message).subarray(0, -1)));
    }),
  );
});

test("any text becomes a header's value that holds it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), (text) => {
      const encoded = encodeGrpcMessage(text);
      assert.match(encoded, /^[\x20-\x7e]*$/);
      assert.equal(decodeURIComponent(encoded), text);
    }),
  );
});
