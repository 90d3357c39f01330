import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { after, before, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { type CertificateAuthority, createCa, issueLeaf, type KeyedCertificate } from "../crypto/certificates.ts";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import { createHttpClient } from "./http-client.ts";
import type { HttpClientOptions, TlsOptions } from "./http-types.ts";

let ca: CertificateAuthority;
let client1: KeyedCertificate;
let client2: KeyedCertificate;
let server: ReturnType<typeof createServer>;
let baseUrl: string;
let proxyUrl: string;
const asked: { connect: string[]; authorization: (string | undefined)[] } = { connect: [], authorization: [] };

const proxy = createPlainServer((_, response) => response.writeHead(405).end()).on(
  "connect",
  (request, socket, head) => {
    asked.connect.push(request.url ?? "");
    asked.authorization.push(request.headers["proxy-authorization"]);
    if (request.headers["proxy-authorization"] === undefined) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [upstream, socket]) one.on("error", () => upstream.destroy());
  },
);

before(async () => {
  ca = await createCa({ commonName: "test", days: 1 });
  const [leaf, one, two] = await Promise.all([
    issueLeaf(ca, { commonName: "server", days: 1, dnsNames: ["vault.example"], usages: ["server"] }),
    issueLeaf(ca, { commonName: "one", days: 1, usages: ["client"] }),
    issueLeaf(ca, { commonName: "two", days: 1, usages: ["client"] }),
  ]);
  client1 = one;
  client2 = two;
  const options = {
    cert: leaf.certPem,
    key: leaf.keyPem.unwrap(),
    ca: ca.certPem,
    requestCert: true,
    rejectUnauthorized: false,
  };
  server = createServer(options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    response.end(subject === undefined ? "nobody" : String(subject.CN));
  });
  server.listen(0, "127.0.0.1");
  proxy.listen(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(proxy, "listening")]);
  baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
  proxy.closeAllConnections();
  proxy.close();
});

async function ask(tls: TlsOptions, rest: Partial<HttpClientOptions> = {}): Promise<string> {
  const client = createHttpClient({ baseUrl, tls, retry: { attempts: 1 }, ...rest });
  try {
    return (await client.request({ path: "/" })).body.toString();
  } catch (error) {
    assert.ok(error instanceof KustodyError);
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary|PRIVATE/);
    return error.code;
  } finally {
    await client.close();
  }
}

const trusted = (): TlsOptions => ({ ca: { pem: ca.certPem, trust: "only" }, serverName: "vault.example" });
const shown = ({ certPem, keyPem }: KeyedCertificate) => ({ certificatePem: certPem, keyPem });

test("a certificate counts when its authority is given, alone or beside the system's", async () => {
  assert.equal(await ask(trusted()), "nobody");
  assert.equal(await ask({ ...trusted(), ca: { pem: ca.certPem, trust: "also" } }), "nobody");
});

test("an unknown authority and another name are refused unless verification is off", async () => {
  assert.equal(await ask({ serverName: "vault.example" }), "KST_HTTP_TLS");
  assert.equal(await ask({ ca: { pem: ca.certPem, trust: "only" } }), "KST_HTTP_TLS");
  assert.equal(await ask({ ...trusted(), serverName: "other.example" }), "KST_HTTP_TLS");
  assert.equal(await ask({ insecureSkipVerify: true }), "nobody");
});

test("a client certificate is shown, and another one after a reload", async () => {
  const client = createHttpClient({ baseUrl, tls: { ...trusted(), clientCertificate: shown(client1) } });
  assert.equal((await client.request({ path: "/" })).body.toString(), "one");
  client.reload({ ...trusted(), clientCertificate: shown(client2) });
  assert.equal((await client.request({ path: "/" })).body.toString(), "two");
  await client.close();
});

test("a key that is none is an error which doesn't show it", async () => {
  const keyPem = Secret.fromText("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n");
  const code = await ask({ ...trusted(), clientCertificate: { certificatePem: client1.certPem, keyPem } });
  assert.equal(code, "KST_HTTP_TLS");
});

test("a proxy is asked to CONNECT, with its credentials, and TLS goes through it", async () => {
  const credentials = Secret.fromText("user:canary");
  const tls = { ...trusted(), clientCertificate: shown(client1) };
  assert.equal(await ask(tls, { proxy: { url: proxyUrl, credentials } }), "one");
  assert.equal(asked.connect.at(-1), new URL(baseUrl).host);
  assert.equal(asked.authorization.at(-1), `Basic ${Buffer.from("user:canary").toString("base64")}`);
});

test("a proxy that refuses, isn't there or is no address is KST_HTTP_PROXY", async () => {
  assert.equal(await ask(trusted(), { proxy: { url: proxyUrl } }), "KST_HTTP_PROXY");
  assert.equal(await ask(trusted(), { proxy: { url: "http://user:canary@127.0.0.1:1" } }), "KST_HTTP_PROXY");
  assert.equal(await ask(trusted(), { proxy: { url: "socks5://127.0.0.1:1" } }), "KST_HTTP_PROXY");
  assert.match(await ask(trusted(), { proxy: { url: "http://127.0.0.1:1" } }), /^KST_HTTP_(PROXY|UNREACHABLE)$/);
});
