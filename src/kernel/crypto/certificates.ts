import { createPrivateKey, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import type { X509Certificate } from "@peculiar/x509";
import { Secret } from "../secret/secret.ts";
import { provideReflectMetadata } from "./reflect-metadata.ts";

/** A certificate and its private key (PKCS#8), both PEM. */
export interface KeyedCertificate {
  readonly certPem: string;
  readonly keyPem: Secret;
}
export type CertificateAuthority = KeyedCertificate;

export interface CaRequest {
  readonly commonName: string;
  /** Validity from now; a fraction is allowed. */
  readonly days: number;
  /** Milliseconds since the epoch, for tests; default the system's time. */
  readonly now?: number;
}

export interface LeafRequest extends CaRequest {
  /** Kubernetes reads a client certificate's organizations as groups. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** IPv4 or IPv6, without brackets. */
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly ("server" | "client")[];
}

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds by which certificates begin before they were issued: the clocks of two machines differ. */
export const BACKDATE = 5 * 60 * 1000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * A self-signed certificate authority with an ECDSA P-256 key. It may sign leaves only (path length 0; RFC 5280 §4.2.1.9).
 *
 * @example
 * const ca = await createCa({ commonName: "kustody", days: 365 });
 */
export async function createCa(request: CaRequest): Promise<CertificateAuthority> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: distinguishedName(request.commonName),
    keys,
    signingAlgorithm: ALGORITHM,
    serialNumber: randomSerial(),
    ...validity(request),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/**
 * A leaf signed by `ca`, with a key of its own. It never outlives its CA, whatever `days` says: path validation would
 * fail then anyway (RFC 5280 §6.1.3).
 *
 * @example
 * await issueLeaf(ca, { commonName: "etcd", ipAddresses: ["127.0.0.1", "::1"], usages: ["server"], days: 30 });
 */
export async function issueLeaf(ca: CertificateAuthority, request: LeafRequest): Promise<KeyedCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(ca.certPem);
  const { notBefore, notAfter } = validity(request);
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value: ipAddress(value) })),
  ];
  const usages = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth };
  const certificate = await x509.X509CertificateGenerator.create({
    subject: distinguishedName(request.commonName, request.organizations),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: createPrivateKey(ca.keyPem.unwrap()).toCryptoKey(ALGORITHM, false, ["sign"]),
    signingAlgorithm: ALGORITHM,
    serialNumber: randomSerial(),
    notBefore,
    notAfter: notAfter < issuer.notAfter ? notAfter : issuer.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(request.usages.map((usage) => usages[usage])),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return { certPem: toPem(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** A P-256 key pair without a certificate (ES256), such as the API server signs service-account tokens with. */
export async function createSigningKeyPair(): Promise<{ readonly publicPem: string; readonly keyPem: Secret }> {
  const keys = await generateKeys();
  const spki = Buffer.from(await webcrypto.subtle.exportKey("spki", keys.publicKey));
  return { publicPem: pemBlock("PUBLIC KEY", spki), keyPem: await exportKey(keys.privateKey) };
}

/** Imported on first use: with its ASN.1 schemas it costs more than the rest of the kernel together. */
async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  provideReflectMetadata();
  return await import("@peculiar/x509");
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const pem = Secret.fromText(pemBlock("PRIVATE KEY", der));
  der.fill(0);
  return pem;
}

function pemBlock(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function toPem(certificate: X509Certificate): string {
  return pemBlock("CERTIFICATE", Buffer.from(certificate.rawData));
}

function validity(request: CaRequest): { notBefore: Date; notAfter: Date } {
  const now = request.now ?? Date.now();
  // X.509 counts whole seconds.
  const wholeSecond = (millis: number) => new Date(Math.floor(millis / 1000) * 1000);
  return { notBefore: wholeSecond(now - BACKDATE), notAfter: wholeSecond(now + request.days * DAY) };
}

/** 127 random bits, above zero: unique and unguessable, and a positive INTEGER of 16 octets (RFC 5280 §4.1.2.2 allows 20). */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return bytes.toString("hex");
}

/** Organizations first and each an RDN of its own, as Kubernetes' own tools write them. */
function distinguishedName(commonName: string, organizations: readonly string[] = []) {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

function ipAddress(value: string): string {
  if (isIP(value) === 0) throw new RangeError(`${JSON.stringify(value)} is not an IP address`);
  return value;
}
