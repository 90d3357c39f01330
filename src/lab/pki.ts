import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type CertificateAuthority,
  createCa,
  createSigningKeyPair,
  issueLeaf,
  type KeyedCertificate,
  type LeafRequest,
} from "../kernel/crypto/certificates.ts";
import { Secret } from "../kernel/secret/secret.ts";

const CA_DAYS = 3650;
const LEAF_DAYS = 365;

/** A certificate on disk, for a server's flags. */
export interface CertificateFiles {
  readonly certFile: string;
  /** Mode 0600. */
  readonly keyFile: string;
}

/** A certificate in memory and on disk. */
export interface IssuedCertificate extends CertificateFiles, KeyedCertificate {}

/**
 * The certificates of one control plane. etcd and the API server's front proxy have CAs of their own: the
 * cluster's CA signs whatever an approved CertificateSigningRequest asks for, and none of that may open etcd.
 */
export interface Pki {
  readonly cluster: IssuedCertificate;
  readonly etcd: IssuedCertificate;
  readonly frontProxy: IssuedCertificate;
  /** Key pair that service-account tokens are signed with. */
  readonly serviceAccounts: { readonly publicFile: string; readonly keyFile: string };
  /** A leaf under one of the CAs, written as `<name>.crt` and `<name>.key`. */
  issue(
    ca: "cluster" | "etcd" | "frontProxy",
    name: string,
    request: Omit<LeafRequest, "days">,
  ): Promise<IssuedCertificate>;
}

/** Opens the certificates in `folder`: CAs and the signing key are kept from run to run, leaves are issued anew. */
export async function openPki(folder: string): Promise<Pki> {
  await mkdir(folder, { mode: 0o700, recursive: true });
  const [cluster, etcd, frontProxy, serviceAccounts] = await Promise.all([
    openCa(folder, "ca", "kustody-lab"),
    openCa(folder, "etcd-ca", "kustody-lab-etcd"),
    openCa(folder, "front-proxy-ca", "kustody-lab-front-proxy"),
    openSigningKey(folder),
  ]);
  const authorities = { cluster, etcd, frontProxy };
  return {
    ...authorities,
    serviceAccounts,
    issue: async (ca, name, request) =>
      save(folder, name, await issueLeaf(authorities[ca], { ...request, days: LEAF_DAYS })),
  };
}

async function openCa(folder: string, name: string, commonName: string): Promise<IssuedCertificate> {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  const certPem = await readFile(certFile, "utf8").catch(() => undefined);
  if (certPem === undefined) return save(folder, name, await createCa({ commonName, days: CA_DAYS }));
  const authority: CertificateAuthority = { certPem, keyPem: Secret.fromBytes(await readFile(keyFile)) };
  return { ...authority, certFile, keyFile };
}

async function openSigningKey(folder: string): Promise<Pki["serviceAccounts"]> {
  const files = { publicFile: join(folder, "service-accounts.pub"), keyFile: join(folder, "service-accounts.key") };
  if ((await readFile(files.publicFile).catch(() => undefined)) !== undefined) return files;
  const { publicPem, keyPem } = await createSigningKeyPair();
  await writeKey(files.keyFile, keyPem);
  await writeFile(files.publicFile, publicPem);
  return files;
}

async function save(folder: string, name: string, certificate: KeyedCertificate): Promise<IssuedCertificate> {
  const files = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  await writeKey(files.keyFile, certificate.keyPem); // the key first: a certificate on disk means that both are there
  await writeFile(files.certFile, certificate.certPem);
  return { ...certificate, ...files };
}

async function writeKey(file: string, key: Secret): Promise<void> {
  await writeFile(file, key.unwrap(), { mode: 0o600 });
}
