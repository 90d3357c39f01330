import { KustodyError } from "../errors.ts";
import type { Secret } from "../secret/secret.ts";

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text that a Secret holds, and nothing else of it: certificates are public, keys beside them are not. A door. */
export function textOfCertificates(pem: Secret): string {
  const found = pem.size > 1024 * 1024 ? [] : (pem.unwrap().toString("latin1").match(BLOCK) ?? []);
  if (found.length > 0) return `${found.join("\n")}\n`;
  throw new KustodyError("KST_STORE_SPEC", "the entry that should hold a certificate holds no PEM certificate", {
    hint: "name the entry with the certificate, often tls.crt or ca.crt",
  });
}
