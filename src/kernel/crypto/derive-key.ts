import { hkdfSync } from "node:crypto";
import { Secret } from "../secret/secret.ts";

/** A key of 32 bytes for one purpose, by HKDF-SHA-256 (RFC 5869). `salt` makes keys of the same purpose differ. */
export function deriveKey(master: Secret, purpose: string, salt: Uint8Array): Secret {
  return Secret.fromBytes(Buffer.from(hkdfSync("sha256", master.unwrap(), salt, Buffer.from(purpose), 32)));
}
