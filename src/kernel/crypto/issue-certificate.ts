import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type * as X509 from "@peculiar/x509";
import { provideReflectMetadata } from "./reflect-metadata.ts";

/** A certificate as templates ask for it; keys and certificates are PEM. */
export interface TemplateCertificate {
  readonly commonName: string;
  readonly ipAddresses: readonly string[];
  readonly dnsNames: readonly string[];
  readonly days: number;
  readonly isCa: boolean;
  /** The key of the certificate: RSA, ECDSA or Ed25519; a new one of 2048 bits RSA where there is none. */
  readonly key: string | undefined;
  /** Who signs; itself where there is nobody. */
  readonly issuer: { readonly cert: string; readonly key: string } | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const DAY = 24 * 60 * 60 * 1_000;
type Usage = "sign" | "verify";

/**
 * Issues a certificate for servers and clients as sprig's templates do. Throws what node:crypto throws, which may name no
 * value but may not be shown: keys come from templates.
 */
export async function issueCertificate(request: TemplateCertificate): Promise<{ cert: string; key: string }> {
  provideReflectMetadata();
  const x509 = await import("@peculiar/x509");
  const key = request.key === undefined ? await newKey() : createPrivateKey(request.key);
  const issuer = request.issuer === undefined ? undefined : new x509.X509Certificate(request.issuer.cert);
  const signer = request.issuer === undefined ? key : createPrivateKey(request.issuer.key);
  const subject = new x509.Name([{ CN: [{ utf8String: request.commonName }] }]);
  const publicKey = cryptoKey(createPublicKey(key), "verify");
  const { keyEncipherment, digitalSignature, keyCertSign } = x509.KeyUsageFlags;
  const names = [
    ...request.dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...request.ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: subject.toString(),
    issuer: issuer?.subjectName ?? subject.toString(),
    notBefore: new Date(wholeSecond(request.now)),
    notAfter: new Date(wholeSecond(request.now + request.days * DAY)),
    publicKey,
    signingKey: cryptoKey(signer, "sign"),
    signingAlgorithm: algorithmOf(signer),
    extensions: [
      new x509.KeyUsagesExtension(keyEncipherment | digitalSignature | (request.isCa ? keyCertSign : 0), true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.BasicConstraintsExtension(request.isCa, undefined, true),
      ...(request.isCa ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : []),
      ...(issuer === undefined ? [] : await authorityOf(x509, issuer)),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return { cert: pem(Buffer.from(certificate.rawData)), key: exported(key) };
}

async function authorityOf(x509: typeof X509, issuer: X509.X509Certificate): Promise<X509.Extension[]> {
  return [await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)];
}

async function newKey(): Promise<KeyObject> {
  return (await promisify(generateKeyPair)("rsa", { modulusLength: 2_048 })).privateKey;
}

function algorithmOf(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  if (key.asymmetricKeyType === "ed25519") return { name: "Ed25519", hash: "" };
  const curves: Readonly<Record<string, readonly [curve: string, hash: string]>> = {
    prime256v1: ["P-256", "SHA-256"],
    secp384r1: ["P-384", "SHA-384"],
    secp521r1: ["P-521", "SHA-512"],
  };
  const [namedCurve, hash] = curves[key.asymmetricKeyDetails?.namedCurve ?? ""] ?? [];
  if (namedCurve === undefined || hash === undefined)
    throw new TypeError("a key is of a kind that signs no certificate");
  return { name: "ECDSA", hash, namedCurve };
}

function cryptoKey(key: KeyObject, usage: Usage): webcrypto.CryptoKey {
  return key.toCryptoKey(algorithmOf(key), true, [usage]);
}

/** In Go's forms: PKCS#1, SEC 1, or PKCS#8. */
function exported(key: KeyObject): string {
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs8";
  return key.export({ type, format: "pem" }).toString();
}

function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

const wholeSecond = (millis: number): number => Math.floor(millis / 1_000) * 1_000;

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** Whether a text is an address that a certificate may name. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}
