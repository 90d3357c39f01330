import type { CryptographyClient } from "@azure/keyvault-keys";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { checkParameters, type KeyUri, wrongKeyUri } from "../key-uri.ts";
import { untilAborted } from "../until-aborted.ts";
import type { WrappingKey } from "../wrapping-key.ts";
import { azureCredential } from "./azure-credential.ts";
import { azureError } from "./azure-error.ts";

const PLACE = /^([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})\/([A-Za-z0-9-]{1,127})(?:\/([A-Za-z0-9]{1,64}))?$/;
/** More versions than this are rarely in use at a time. */
const KEPT_CLIENTS = 16;

/**
 * A key of Azure Key Vault, or of a Managed HSM. It takes get, wrapKey and unwrapKey. A key id names vault, key and version;
 * Azure gives each version a random name, so a key that was deleted and made again has others. Without a version in the
 * address the newest one wraps. RSA keys wrap by RSA-OAEP-256, AES keys (of 256 bits, in a Managed HSM) by A256KW.
 * Errors: KST_KEY_URI.
 */
export async function openAzureKeyVault(uri: KeyUri): Promise<WrappingKey> {
  checkParameters(uri, () => false);
  const [, host = "", key = "", pinned] = PLACE.exec(uri.place) ?? [];
  if (key === "") throw wrongKeyUri(`azure-kv://${uri.place}`, "write azure-kv://VAULT.vault.azure.net/KEY[/VERSION]");
  const { CryptographyClient, KeyClient } = await import("@azure/keyvault-keys");
  const credential = await azureCredential();
  const options = { retryOptions: { maxRetries: 0 } };
  const vaultUrl = `https://${host}`;
  const keys = new KeyClient(vaultUrl, credential, options);
  const name = `azure-kv://${uri.place}`;
  const prefix = `azure-kv.${host}/${key}/`;
  const clients = new Map<string, CryptographyClient>();

  /** Does each operation at the vault: a client that had read the key would do some by itself, and for an expired key none. */
  const clientFor = (version: string): CryptographyClient => {
    const found = clients.get(version);
    if (found !== undefined) return found;
    if (clients.size >= KEPT_CLIENTS) clients.clear();
    const id = `${vaultUrl}/keys/${key}/${version}`;
    const made = new CryptographyClient(
      { id, name: key, properties: { name: key, vaultUrl, version } },
      credential,
      options,
    );
    clients.set(version, made);
    return made;
  };
  const send = async <T>(signal: AbortSignal, otherwise: ErrorCode, call: () => Promise<T>): Promise<T> => {
    try {
      return await untilAborted(signal, call());
    } catch (thrown) {
      throw azureError(name, thrown, otherwise);
    }
  };

  return {
    name,
    async wrap(secret, abortSignal) {
      const newest = await send(abortSignal, "KST_KEY_REFUSED", () =>
        keys.getKey(key, { abortSignal, ...(pinned === undefined ? {} : { version: pinned }) }),
      );
      const { version = "" } = newest.properties;
      const algorithm = algorithmOf(name, newest.keyType);
      const { result } = await send(abortSignal, "KST_KEY_REFUSED", () =>
        clientFor(version).wrapKey(algorithm, plaintextOf(secret), { abortSignal }),
      );
      return { keyId: `${prefix}${version}`, bytes: Buffer.from(result) };
    },
    async unwrap({ keyId, bytes }, abortSignal) {
      const version = versionIn(keyId);
      if (version === undefined)
        throw new KustodyError("KST_KEY_MISMATCH", `${name} is another key than the key_id names`);
      const { result } = await send(abortSignal, "KST_KEY_MISMATCH", () =>
        clientFor(version).unwrapKey(algorithmFor(bytes), bytes, { abortSignal }),
      );
      return Secret.fromBytes(result);
    },
    owns: (keyId) => versionIn(keyId) !== undefined,
    async close() {
      clients.clear();
    },
  };

  function versionIn(keyId: string): string | undefined {
    const version = keyId.slice(prefix.length);
    const isOurs = keyId.startsWith(prefix) && /^[A-Za-z0-9]{1,64}$/.test(version);
    return isOurs && (pinned === undefined || pinned === version) ? version : undefined;
  }
}

type Algorithm = "RSA-OAEP-256" | "A256KW";

function algorithmOf(name: string, keyType: string | undefined): Algorithm {
  if (keyType === "RSA" || keyType === "RSA-HSM") return "RSA-OAEP-256";
  if (keyType === "oct-HSM") return "A256KW";
  throw new KustodyError("KST_KEY_REFUSED", `${name} is a key of the kind ${keyType ?? "?"}, which cannot wrap`, {
    hint: "use an RSA key, or an AES key of 256 bits in a Managed HSM",
  });
}

/** A256KW adds 8 bytes to the 32 of a KEK (RFC 3394); RSA gives as many as its modulus has, 256 at least. */
function algorithmFor(bytes: Buffer): Algorithm {
  return bytes.length < 128 ? "A256KW" : "RSA-OAEP-256";
}

/** A door: Key Vault is to wrap it. */
function plaintextOf(secret: Secret): Uint8Array {
  return secret.unwrap();
}
