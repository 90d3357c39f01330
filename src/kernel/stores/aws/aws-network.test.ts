import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createPlainServer, request, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createCa, issueLeaf } from "../../crypto/certificates.ts";
import { isStoreError, isValue, type Read, type Ref } from "../store.ts";
import { AwsRig, READER } from "./testing/aws-rig.ts";
import { openWithKey } from "./testing/open-aws.ts";

const HOST = "secretsmanager.us-east-1.amazonaws.com";
let rig: AwsRig;
let folder: string;
/** Stands where AWS's address leads, with a certificate for it, before the gate. */
let front: Server;
let proxy: Server;
const connected: string[] = [];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

before(async () => {
  rig = await AwsRig.start();
  await rig.put("db", "from-aws");
  folder = await mkdtemp(join(tmpdir(), "kustody-aws-"));
  const ca = await createCa({ commonName: "test", days: 1 });
  const leaf = await issueLeaf(ca, { commonName: "aws", days: 1, dnsNames: [HOST], usages: ["server"] });
  await writeFile(join(folder, "ca.pem"), ca.certPem);
  front = createServer({ cert: leaf.certPem, key: leaf.keyPem.unwrap() });
  front.on("request", (incoming, reply) => {
    const { method, url = "/", headers } = incoming;
    const onward = request(rig.gate.endpoint + url, { method, headers, agent: false }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    });
    incoming.pipe(onward);
  });
  proxy = createPlainServer().on("connect", ({ url = "" }, socket) => {
    connected.push(url);
    const upstream = connect(portOf(front), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    for (const one of [upstream, socket]) one.on("error", () => upstream.destroy());
  });
  for (const server of [front, proxy]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  for (const server of [proxy, front]) {
    server?.closeAllConnections();
    server?.close();
  }
  await rm(folder, { recursive: true, force: true });
  await rig?.[Symbol.asyncDispose]();
});

async function readWith(caFile: string | undefined): Promise<string> {
  const environment = {
    ...rig.environment(),
    endpoints: { secretsManager: undefined, ssm: undefined, sts: undefined },
    caFile,
    proxies: { https: { url: `http://127.0.0.1:${portOf(proxy)}` }, http: undefined, except: undefined },
  };
  const store = await openWithKey(rig, {}, READER, { aws: environment });
  const ref: Ref = { key: "db" };
  const read = (await store.read([ref], new Map(), AbortSignal.timeout(10_000))).get(ref) as Read;
  await store.close();
  if (isStoreError(read)) return `${read.error}: ${read.message}`;
  assert.ok(isValue(read));
  return read.value.unwrap().toString();
}

test("without another address the region's own is asked, through the environment's proxy, with AWS_CA_BUNDLE trusted", async () => {
  assert.equal(await readWith(join(folder, "ca.pem")), "from-aws");
  assert.deepEqual(connected, [`${HOST}:443`]);
});

test("a certificate that nobody vouches for is refused, and a bundle that cannot be read is named", async () => {
  assert.match(
    await readWith(undefined),
    /^unavailable: .*not signed by a trusted authority|^unavailable: .*authority/,
  );
  await assert.rejects(readWith(join(folder, "none.pem")), { code: "KST_STORE_SPEC", message: /AWS_CA_BUNDLE/ });
});
