import { Secret } from "../../secret/secret.ts";
import { decodeValue } from "../../stores/value/decode-value.ts";
import type { JsonNode } from "../../stores/value/json-node.ts";
import { at, plain, secretText } from "../../stores/vault/vault-reply.ts";

/** The body of an encryption; it belongs to the caller. A door. */
export function encryptBody(secret: Secret): Secret {
  return Secret.fromBytes(Buffer.from(`{"plaintext":"${secret.unwrap().toString("base64")}"}`));
}

/** What a decryption's reply brought. */
export function decryptedPlaintext(reply: JsonNode | undefined): Secret | undefined {
  using text = secretText(at(reply, "data", "plaintext"));
  return text === undefined ? undefined : decodeValue(text, "Base64");
}

/** The version in `vault:v3:…`. */
export function versionOfCiphertext(ciphertext: string): string | undefined {
  return /^vault:v(\d{1,9}):[A-Za-z0-9+/=]+$/.exec(ciphertext)?.[1];
}

/** When each version of a key was made, from the reply to reading the key: versions are never deleted singly. */
export function versionsOfKey(reply: JsonNode | undefined): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const { name, value } of at(reply, "data", "keys")?.members ?? []) {
    // Symmetric keys: seconds; others: an object.
    const created = value.kind === "object" ? plain(at(value, "creation_time")) : plain(value);
    if (/^\d{1,9}$/.test(name) && created !== undefined)
      versions.set(name, created.replaceAll(/[^0-9A-Za-z.:+-]/g, ""));
  }
  return versions;
}
