import assert from "node:assert/strict";
import { constants, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { test } from "node:test";
import { createCa, issueLeaf } from "../../crypto/certificates.ts";
import { splitPem } from "../../crypto/read-certificate.ts";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { parseNamedTemplate, renderTemplate } from "../render-template.ts";

async function render(text: string, data: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const secrets = new Map(Object.entries(data).map(([key, value]) => [key, Secret.fromBytes(Buffer.from(value))]));
  const sources = { now: () => 0, random: (count: number) => Buffer.alloc(count) };
  const rendered = await renderTemplate(parseNamedTemplate("t", text), secrets, { sources, missingKey: "error" });
  return rendered.unwrap().toString("latin1");
}

const failed = (work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof KustodyError && error.code === "KST_TEMPLATE_FAILED");

const ca = await createCa({ commonName: "root", days: 2 });
const leaf = await issueLeaf(ca, {
  commonName: "leaf",
  dnsNames: ["b.example", "a.example"],
  ipAddresses: ["2001:db8:0:0::1", "10.0.0.1"],
  usages: ["server"],
  days: 1,
});
const key = leaf.keyPem.unwrap().toString();

test("filterPEM takes the blocks of a type out of a text, and writes them anew", async () => {
  const text = `junk\n${key}between\r\n${leaf.certPem.replaceAll("\n", "\r\n")}${ca.certPem}`;
  assert.equal(await render('{{ filterPEM "CERTIFICATE" .text }}', { text }), leaf.certPem + ca.certPem);
  assert.equal(await render('{{ filterPEM "private key" .text }}', { text }), key);
  assert.equal(await render('{{ filterPEM "OTHER" .text }}', { text }), "");
  await failed(render('{{ filterPEM "CERTIFICATE" .text }}', { text: "no block" }));
});

test("filterCertChain finds leaf and root by their key identifiers, in whatever order they stand", async () => {
  for (const text of [leaf.certPem + ca.certPem, ca.certPem + leaf.certPem]) {
    assert.equal(await render('{{ filterCertChain "leaf" .text }}', { text }), leaf.certPem);
    assert.equal(await render('{{ filterCertChain "root" .text }}', { text }), await rootOf());
    assert.equal(await render('{{ filterCertChain "intermediate" .text }}', { text }), "");
    assert.equal(await render('{{ filterCertChain "other" .text }}', { text }), "");
  }
  const other = await createCa({ commonName: "other", days: 1 });
  await failed(render('{{ filterCertChain "leaf" .text }}', { text: leaf.certPem + other.certPem }));
  await failed(render('{{ filterCertChain "leaf" .text }}', { text: "" }));
  await failed(render('{{ filterCertChain "leaf" .text }}', { text: key }));
});

/** Our own CA names no authority, which makes it a root. */
async function rootOf(): Promise<string> {
  assert.equal(splitPem(ca.certPem).length, 1);
  return ca.certPem;
}

test("certSANs lists names and addresses as Go writes them", async () => {
  assert.equal(
    await render('{{ certSANs .text | join " " }}', { text: leaf.certPem }),
    "b.example a.example 2001:db8::1 10.0.0.1",
  );
  assert.equal(await render("{{ certSANs .text | len }}", { text: ca.certPem }), "0");
  await failed(render("{{ certSANs .text }}", { text: key }));
});

test("a JSON Web Key becomes PEM; a private one is no public one", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const text = JSON.stringify(publicKey.export({ format: "jwk" }));
  const secret = JSON.stringify(privateKey.export({ format: "jwk" }));
  const [spki, pkcs8] = [
    publicKey.export({ type: "spki", format: "pem" }),
    privateKey.export({ type: "pkcs8", format: "pem" }),
  ];
  assert.equal(await render("{{ jwkPublicKeyPem .text }}", { text }), spki);
  assert.equal(await render("{{ jwkPrivateKeyPem .text }}", { text: secret }), pkcs8);
  await failed(render("{{ jwkPublicKeyPem .text }}", { text: secret }));
  await failed(render("{{ jwkPrivateKeyPem .text }}", { text }));
  await failed(render("{{ jwkPrivateKeyPem .text }}", { text: '{"kty":"oct","k":"AA"}' }));
});

test("rsaDecrypt decrypts RSA-OAEP by its hash, with a key of either form", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const plain = Buffer.from([0, 1, 255, 65]);
  for (const [hash, oaepHash] of [
    ["SHA1", "sha1"],
    ["SHA256", "sha256"],
    ["SHA512", "sha512"],
    ["None", "sha256"],
  ] as const) {
    const text = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plain);
    for (const type of ["pkcs1", "pkcs8"] as const) {
      const pem = privateKey.export({ type, format: "pem" });
      const rendered = await render(`{{ rsaDecrypt "RSA-OAEP" "${hash}" .text .key }}`, { text, key: pem });
      assert.deepEqual(Buffer.from(rendered, "latin1"), plain);
    }
  }
  assert.equal(await render('{{ rsaDecrypt "None" "" .text "" }}', { text: "as it is" }), "as it is");
  await failed(render('{{ rsaDecrypt "RSA-OAEP" "SHA1" .text .key }}', { text: "x", key }));
  await failed(render('{{ rsaDecrypt "OTHER" "SHA1" .text .key }}', { text: "x", key }));
});
