import { BACKDATE, type KeyedCertificate } from "../crypto/certificates.ts";
import { isIssuedBy, keyMatches, readCertificate, splitPem } from "../crypto/read-certificate.ts";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import type { SecretValues } from "../secret/secret-record.ts";
import type { CertificateState } from "./plan-certificates.ts";

/** All certificates of one server, as the record holds them. */
export interface CertificateSet {
  /** The CA that signs. */
  readonly issuer: KeyedCertificate;
  /** The CA that will sign next, published ahead. */
  readonly next?: KeyedCertificate;
  /** CAs that no longer sign, PEM. */
  readonly retired: readonly string[];
  readonly leaf: KeyedCertificate;
}

const MAX_ENTRY_BYTES = 128 * 1024;
/** `ca.crt`, `tls.crt` and `tls.key` as every tool knows them from kubernetes.io/tls; the rest is ours. */
const ENTRIES = {
  bundle: "ca.crt",
  leaf: ["tls.crt", "tls.key"],
  issuer: ["issuer.crt", "issuer.key"],
  next: ["next.crt", "next.key"],
} as const;

/** What clients are to trust. */
export function bundleOf({ issuer, next, retired }: CertificateSet): string {
  return [issuer.certPem, ...(next === undefined ? [] : [next.certPem]), ...retired].join("");
}

export function writeCertificateSet(set: CertificateSet): SecretValues {
  const pair = ([cert, key]: readonly [string, string], keyed: KeyedCertificate) => ({
    [cert]: Secret.fromText(keyed.certPem),
    [key]: keyed.keyPem,
  });
  return {
    [ENTRIES.bundle]: Secret.fromText(bundleOf(set)),
    ...pair(ENTRIES.leaf, set.leaf),
    ...pair(ENTRIES.issuer, set.issuer),
    ...(set.next === undefined ? {} : pair(ENTRIES.next, set.next)),
  };
}

/**
 * Errors: KST_CERTIFICATES_INVALID, naming the entry that is missing, unreadable or doesn't belong to the others.
 * Expired certificates are no error here. A door: it reads public certificates out of Secrets.
 */
export function readCertificateSet(data: SecretValues, name: string): CertificateSet {
  const invalid = (what: string, cause?: unknown) =>
    new KustodyError("KST_CERTIFICATES_INVALID", `the Secret ${name} cannot be used: ${what}`, {
      hint: "delete it: the leader writes a good one",
      cause,
    });
  const entry = (key: string): Secret => {
    const value = data[key];
    if (value === undefined) throw invalid(`it has no ${key}`);
    if (value.size > MAX_ENTRY_BYTES) throw invalid(`${key} is larger than ${MAX_ENTRY_BYTES} bytes`);
    return value;
  };
  const certificates = (key: string): string[] => {
    const pems = splitPem(entry(key).unwrap().toString("latin1"));
    try {
      pems.forEach((pem) => readCertificate(pem));
    } catch (cause) {
      throw invalid(`${key} holds something that is no certificate`, cause);
    }
    if (pems.length === 0) throw invalid(`${key} holds no certificate`);
    return pems;
  };
  const keyed = ([certKey, keyKey]: readonly [string, string]): KeyedCertificate => {
    const [certPem = ""] = certificates(certKey);
    const keyPem = entry(keyKey);
    if (!belongs(certPem, keyPem)) throw invalid(`${keyKey} is not the private key of ${certKey}`);
    return { certPem, keyPem };
  };

  const bundle = certificates(ENTRIES.bundle);
  const issuer = keyed(ENTRIES.issuer);
  const leaf = keyed(ENTRIES.leaf);
  const next = data[ENTRIES.next[0]] === undefined ? undefined : keyed(ENTRIES.next);
  if (![...bundle, issuer.certPem].some((ca) => isIssuedBy(leaf.certPem, ca))) {
    throw invalid("tls.crt is signed by no CA of ca.crt");
  }
  const retired = bundle.filter((pem) => pem !== issuer.certPem && pem !== next?.certPem);
  return { issuer, leaf, retired, ...(next === undefined ? {} : { next }) };
}

/** The part of a set that decides what to do with it. */
export function stateOf({ issuer, next, retired, leaf }: CertificateSet): CertificateState {
  const leafFacts = readCertificate(leaf.certPem);
  const nextFacts = next === undefined ? undefined : readCertificate(next.certPem);
  return {
    issuer: { notAfter: readCertificate(issuer.certPem).notAfter },
    ...(nextFacts === undefined
      ? {}
      : { next: { publishedAt: nextFacts.notBefore + BACKDATE, notAfter: nextFacts.notAfter } }),
    retired: retired.map((pem) => ({ notAfter: readCertificate(pem).notAfter })),
    leaf: {
      notAfter: leafFacts.notAfter,
      names: leafFacts.names,
      isByIssuer: isIssuedBy(leaf.certPem, issuer.certPem),
    },
  };
}

function belongs(certPem: string, keyPem: Secret): boolean {
  try {
    return keyMatches(certPem, keyPem);
  } catch {
    // OpenSSL's message may quote what it couldn't parse.
    return false;
  }
}
