import assert from "node:assert/strict";
import { test } from "node:test";
import { createCa } from "../crypto/certificates.ts";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import type { SecretValues } from "../secret/secret-record.ts";
import { bundleOf, readCertificateSet, writeCertificateSet } from "./certificate-set.ts";
import { changeCertificates } from "./change-certificates.ts";

const HOUR = 3_600_000;
const settings = {
  name: "k",
  dnsNames: ["k.svc"],
  ipAddresses: [],
  caMillis: 99 * HOUR,
  leafMillis: HOUR,
  overlapMillis: HOUR,
};
const begun = await changeCertificates(undefined, "begin", settings, Date.now());
const published = await changeCertificates(begun, "publish-next", settings, Date.now());
const rotated = await changeCertificates(published, "promote-next", settings, Date.now());
const data = writeCertificateSet(published);
const other = await createCa({ commonName: "k CA", days: 1 });
const text = (value: string) => Secret.fromText(value);

test("what is written reads as the same, before, during and after a rotation", () => {
  for (const set of [begun, published, rotated]) {
    assert.deepEqual(readCertificateSet(writeCertificateSet(set), "ns/name"), set);
  }
  assert.deepEqual(rotated.retired, [begun.issuer.certPem]);
  assert.equal(bundleOf(published), begun.issuer.certPem + (published.next?.certPem ?? ""));
});

const CANARY = "canary-value";
const WRONG: readonly [name: string, change: SecretValues | string, message: RegExp][] = [
  ["an entry is missing", "tls.crt", /no tls\.crt/],
  ["a next CA lacks its key", "next.key", /no next\.key/],
  ["the leaf is no PEM", { "tls.crt": text(CANARY) }, /tls\.crt holds no certificate/],
  ["a certificate is damaged", { "issuer.crt": text(pem(CANARY.repeat(9))) }, /issuer\.crt holds something that is no/],
  ["a bundle is cut", { "ca.crt": text(begun.issuer.certPem.slice(0, 200)) }, /ca\.crt holds no certificate/],
  ["a key is no key", { "tls.key": text(CANARY) }, /tls\.key is not the private key of tls\.crt/],
  ["a key is another's", { "tls.key": other.keyPem }, /tls\.key is not the private key of tls\.crt/],
  ["the CA's key is another's", { "issuer.key": other.keyPem }, /issuer\.key is not/],
  ["no CA of the bundle has signed the leaf", foreignCa(), /signed by no CA/],
  ["an entry is huge", { "ca.crt": text("x".repeat(200_000)) }, /ca\.crt is larger/],
];
for (const [name, change, message] of WRONG) {
  test(`${name}: refused by its name without quoting it`, () => {
    const wrong = typeof change === "string" ? without(data, change) : { ...data, ...change };
    assert.throws(
      () => readCertificateSet(wrong, "ns/name"),
      (error) => {
        assert.ok(error instanceof KustodyError);
        assert.equal(error.code, "KST_CERTIFICATES_INVALID");
        assert.match(error.message, message);
        assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /canary/);
        return true;
      },
    );
  });
}

function pem(body: string): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(body).toString("base64")}\n-----END CERTIFICATE-----\n`;
}

function without(values: SecretValues, key: string): SecretValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
}

/** Of the same name, so that only the signature tells. */
function foreignCa(): SecretValues {
  return { "ca.crt": text(other.certPem), "issuer.crt": text(other.certPem), "issuer.key": other.keyPem };
}
