import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSign, createVerify, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect, createServer, type PeerCertificate } from "node:tls";
import { type CertificateAuthority, createCa, createSigningKeyPair, issueLeaf } from "./certificates.ts";
import { isIssuedBy, keyMatches, readCertificate, splitPem } from "./read-certificate.ts";

/** Shakes hands over a real socket and gives the subject that each side saw of the other. */
async function shakeHands(options: {
  trust: string;
  server: CertificateAuthority;
  client: CertificateAuthority;
  host: string;
  servername?: string;
}): Promise<{ server: PeerCertificate; client: PeerCertificate }> {
  const server = createServer({
    key: options.server.keyPem.unwrap(),
    cert: options.server.certPem,
    ca: options.trust,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
  });
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  server.on("tlsClientError", failure.reject);
  server.listen(0, options.host);
  await once(server, "listening");
  const accepted = once(server, "secureConnection");
  const socket = connect({
    host: options.host,
    port: (server.address() as AddressInfo).port,
    ca: options.trust,
    key: options.client.keyPem.unwrap(),
    cert: options.client.certPem,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
  });
  socket.on("error", failure.reject);
  try {
    const [[serverSide]] = await Promise.race([
      Promise.all([accepted, once(socket, "secureConnect")]),
      failure.promise,
    ]);
    return { server: socket.getPeerCertificate(), client: serverSide.getPeerCertificate() };
  } finally {
    socket.destroy();
    server.close();
  }
}

const ca = await createCa({ commonName: "test authority", days: 30 });
const server = await issueLeaf(ca, {
  commonName: "server",
  dnsNames: ["kustody.kustody-system.svc"],
  ipAddresses: ["127.0.0.1", "::1"],
  usages: ["server"],
  days: 2,
});
const client = await issueLeaf(ca, {
  commonName: "system:kube-controller-manager",
  organizations: ["system:masters", "second, with a comma"],
  usages: ["client"],
  days: 2,
});

test("a server and a client that trust the CA shake hands over IPv4, IPv6 and a DNS name", async () => {
  const seen = await shakeHands({ trust: ca.certPem, server, client, host: "127.0.0.1" });
  assert.equal(seen.server.subject.CN, "server");
  assert.equal(seen.client.subject.CN, "system:kube-controller-manager");
  assert.deepEqual(seen.client.subject.O as unknown, ["system:masters", "second, with a comma"]);
  await shakeHands({ trust: ca.certPem, server, client, host: "::1" });
  const byName = "kustody.kustody-system.svc";
  await shakeHands({ trust: ca.certPem, server, client, host: "127.0.0.1", servername: byName });
});

test("a handshake fails for another name, another CA of the same name, and a certificate for the other side's use", async () => {
  const offer = { trust: ca.certPem, server, client, host: "127.0.0.1" };
  await assert.rejects(shakeHands({ ...offer, servername: "elsewhere.example" }), {
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  const impostor = await createCa({ commonName: "test authority", days: 30 });
  await assert.rejects(shakeHands({ ...offer, trust: impostor.certPem }));
  await assert.rejects(shakeHands({ ...offer, server: client }));
  await assert.rejects(shakeHands({ ...offer, client: server }));
});

test("OpenSSL verifies both leaves strictly, each for its own use and no other", () => {
  const folder = mkdtempSync(join(tmpdir(), "kustody-certificates-"));
  try {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const caFile = file("ca.pem", ca.certPem);
    const verify = (purpose: string, leaf: string) =>
      execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", caFile, "-purpose", purpose, leaf], {
        encoding: "utf8",
        stdio: "pipe",
      });
    const serverFile = file("server.pem", server.certPem);
    const clientFile = file("client.pem", client.certPem);
    assert.match(verify("sslserver", serverFile), /: OK/);
    assert.match(verify("sslclient", clientFile), /: OK/);
    assert.throws(() => verify("sslclient", serverFile));
    assert.throws(() => verify("sslserver", clientFile));

    const text = execFileSync("openssl", ["x509", "-in", serverFile, "-noout", "-text"], { encoding: "utf8" });
    assert.match(text, /DNS:kustody\.kustody-system\.svc, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
    assert.match(text, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /Authority Key Identifier/);
    const caText = execFileSync("openssl", ["x509", "-in", caFile, "-noout", "-text"], { encoding: "utf8" });
    assert.match(caText, /CA:TRUE, pathlen:0/);
    assert.match(caText, /Key Usage: critical\s+Certificate Sign, CRL Sign/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a leaf never outlives its CA and begins in the past", async () => {
  const now = Date.parse("2031-05-06T07:08:09.500Z");
  const short = await createCa({ commonName: "short", days: 1, now });
  const leaf = await issueLeaf(short, { commonName: "leaf", usages: ["server"], days: 100, now });
  const facts = readCertificate(leaf.certPem);
  assert.equal(facts.notAfter, Date.parse("2031-05-07T07:08:09Z"));
  assert.ok(facts.notBefore < now);
});

test("the reader gives names, times, and who issued and owns what", async () => {
  const facts = readCertificate(server.certPem);
  assert.deepEqual(facts.names, ["kustody.kustody-system.svc", "127.0.0.1", "::1"]);
  assert.equal(facts.commonName, "server");
  assert.equal(facts.isCa, false);
  assert.equal(readCertificate(ca.certPem).isCa, true);
  assert.equal(isIssuedBy(server.certPem, ca.certPem), true);
  assert.equal(isIssuedBy(ca.certPem, server.certPem), false);
  const impostor = await createCa({ commonName: "test authority", days: 30 });
  assert.equal(isIssuedBy(server.certPem, impostor.certPem), false);
  assert.equal(keyMatches(server.certPem, server.keyPem), true);
  assert.equal(keyMatches(server.certPem, client.keyPem), false);
});

test("a bundle splits into its certificates whatever stands between them", () => {
  assert.deepEqual(splitPem(`# first\n${ca.certPem}noise\n${server.certPem}`), [ca.certPem, server.certPem]);
  assert.deepEqual(splitPem("nothing here"), []);
});

test("serial numbers are positive, differ, and have at most 20 octets", async () => {
  const serials = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { certPem } = await createCa({ commonName: "many", days: 1 });
    serials.add(new X509Certificate(certPem).serialNumber);
  }
  assert.equal(serials.size, 20);
  for (const serial of serials) assert.match(serial, /^[0-7][0-9A-F]{31}$/);
});

test("a signing key pair signs what its public half verifies", async () => {
  const { publicPem, keyPem } = await createSigningKeyPair();
  const signature = createSign("sha256").update("claims").sign(keyPem.unwrap());
  assert.equal(createVerify("sha256").update("claims").verify(publicPem, signature), true);
  assert.equal(createVerify("sha256").update("claimz").verify(publicPem, signature), false);
});

test("a name that is no IP address is refused before anything is signed", async () => {
  await assert.rejects(
    issueLeaf(ca, { commonName: "x", ipAddresses: ["127.0.0.256"], usages: ["server"], days: 1 }),
    RangeError,
  );
});
