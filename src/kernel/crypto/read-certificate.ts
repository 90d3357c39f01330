import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Secret } from "../secret/secret.ts";

/** What others need to know of a certificate; times are milliseconds since the epoch. */
export interface CertificateFacts {
  readonly commonName: string | undefined;
  readonly serial: string;
  /** SHA-256 over the DER form, lower-case hex. */
  readonly fingerprint: string;
  readonly isCa: boolean;
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and IP addresses of the subjectAltName extension; IPv6 in its shortest form. */
  readonly names: readonly string[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM bundle, one string each; text between them is left out, as RFC 7468 §5.2 allows it. */
export function splitPem(bundle: string): string[] {
  return (bundle.match(CERTIFICATE) ?? []).map((pem) => `${pem}\n`);
}

/** Throws node:crypto's error when `pem` isn't a certificate. */
export function readCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1],
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    isCa: certificate.ca,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .filter((name) => /^(DNS|IP Address):/.test(name))
      .map((name) => canonicalName(name.slice(name.indexOf(":") + 1))),
  };
}

/** Whether `issuerPem` is a CA that issued and signed `pem`: names, key identifiers and signature; time isn't looked at. */
export function isIssuedBy(pem: string, issuerPem: string): boolean {
  const certificate = new X509Certificate(pem);
  const issuer = new X509Certificate(issuerPem);
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether the private key belongs to the certificate. Throws node:crypto's error when either can't be parsed. */
export function keyMatches(pem: string, keyPem: Secret): boolean {
  return new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem.unwrap()));
}

/** One spelling for each name: lower case, and IPv6 as RFC 5952 writes it, so that names can be compared. */
export function canonicalName(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
}
