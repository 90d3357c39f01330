import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import { parseNamedTemplate, renderTemplate } from "../render-template.ts";

let drawn = 0;
const sources = {
  now: () => 0,
  random: (count: number) => Buffer.from(Array.from({ length: count }, () => drawn++ * 89)),
};
const render = async (text: string): Promise<string> =>
  (
    await renderTemplate(parseNamedTemplate("t", text), new Map([["v", Secret.fromText("v")]]), {
      sources,
      missingKey: "error",
    })
  )
    .unwrap()
    .toString();

test("a key that takes long is made once, though the rendering starts again, and chance is not drawn anew", async () => {
  drawn = 0;
  const [first, key = "", copy, second] = (
    await render(
      '{{ $a := randAlphaNum 8 }}{{ $k := genPrivateKey "ed25519" }}{{ $b := randAlphaNum 8 }}{{ $a }}|{{ $k }}|{{ $k }}|{{ $b }}',
    )
  ).split("|");
  assert.equal(createPrivateKey(key).asymmetricKeyType, "ed25519");
  assert.equal(copy, key);
  assert.equal(drawn, 64, "four bytes for each of sixteen letters, once");
  assert.notEqual(first, second);
  assert.equal(
    createPrivateKey(await render('{{ genPrivateKey "ecdsa" }}')).asymmetricKeyDetails?.namedCurve,
    "prime256v1",
  );
});

test("so many keys are made and no more", async () => {
  await assert.rejects(
    render('{{ range 17 }}{{ genPrivateKey "ed25519" }}{{ end }}'),
    /KST_TEMPLATE_BOUND|more than 16/,
  );
  await assert.rejects(render('{{ genPrivateKey "dsa" }}'), /rsa, ecdsa and ed25519/);
});

test("what is random has the form that is asked for", async () => {
  assert.match(await render("{{ randAlphaNum 40 }}"), /^[A-Za-z0-9]{40}$/);
  assert.match(await render("{{ randAlpha 40 }}"), /^[A-Za-z]{40}$/);
  assert.match(await render("{{ randNumeric 40 }}"), /^[0-9]{40}$/);
  assert.match(await render("{{ randAscii 40 }}"), /^[ -~]{40}$/);
  assert.equal(await render("{{ randAlpha -1 }}{{ randAlpha 0 }}"), "");
  assert.match(await render("{{ uuidv4 }}"), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Buffer.from(await render("{{ randBytes 5 }}"), "base64").length, 5);
  assert.match(await render("{{ randInt 5 7 }}"), /^[56]$/);
  await assert.rejects(render("{{ randInt 5 5 }}"), /KST_TEMPLATE_FAILED|above 0/);
  assert.equal(
    Array.from(await render(`{{ shuffle "abcé" }}`))
      .sort()
      .join(""),
    "abcé",
  );
});

test("encryptAES and decryptAES are each other's way back", async () => {
  assert.equal(await render('{{ encryptAES "pass" "text ü" | decryptAES "pass" }}'), "text ü");
  assert.equal(await render('{{ encryptAES "pass" "" }}{{ decryptAES "pass" "" }}'), "");
  await assert.rejects(render('{{ decryptAES "pass" "AAAA" }}'), /encryptAES/);
});

test("htpasswd and bcrypt hash at cost 10, with a salt by chance", async () => {
  assert.match(await render('{{ htpasswd "user" "password" }}'), /^user:\$2a\$10\$[./A-Za-z0-9]{53}$/);
  assert.match(await render('{{ bcrypt "password" }}'), /^\$2a\$10\$[./A-Za-z0-9]{53}$/);
  assert.equal(await render('{{ htpasswd "a:b" "password" }}'), "invalid username");
  assert.match(await render('{{ bcrypt (repeat 73 "x") }}'), /exceeds 72 bytes/);
});

test("a CA issues a certificate for names and addresses, and both are what they say", async () => {
  const [caPem = "", certPem = "", keyPem = "", selfPem = ""] = (
    await render(
      '{{ $ca := genCA "the root" 10 }}{{ $cert := genSignedCert "a.example" (list "10.0.0.1") (list "a.example" "b.example") 5 $ca }}{{ $self := genSelfSignedCertWithKey "self" nil nil 1 (genPrivateKey "ecdsa") }}{{ $ca.Cert }}|{{ $cert.Cert }}|{{ $cert.Key }}|{{ $self.Cert }}',
    )
  ).split("|");
  const [ca, cert, self] = [new X509Certificate(caPem), new X509Certificate(certPem), new X509Certificate(selfPem)];
  assert.ok(ca.ca && !cert.ca && cert.checkIssued(ca) && cert.verify(ca.publicKey) && self.verify(self.publicKey));
  assert.ok(cert.checkPrivateKey(createPrivateKey(keyPem)));
  assert.match(keyPem, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  assert.equal(cert.subjectAltName, "DNS:a.example, DNS:b.example, IP Address:10.0.0.1");
  assert.equal(cert.subject, "CN=a.example");
  assert.equal(cert.validToDate.getTime(), 5 * 24 * 60 * 60 * 1_000);
  const built = await render(
    '{{ $ca := genCAWithKey "x" 1 (genPrivateKey "ed25519") }}{{ $b := buildCustomCert ($ca.Cert | b64enc) ($ca.Key | b64enc) }}{{ eq $b.Cert $ca.Cert }}{{ eq $b.Key $ca.Key }}',
  );
  assert.equal(built, "truetrue");
  for (const call of [
    'genCAWithKey "x" 1 "no key"',
    'genSelfSignedCert "x" (list "no address") nil 1',
    'buildCustomCert "AAAA" "AAAA"',
  ]) {
    await assert.rejects(
      render(`{{ (${call}).Cert }}`),
      (error: Error) => "code" in error && error.code === "KST_TEMPLATE_FAILED",
    );
  }
});
