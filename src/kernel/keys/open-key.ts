import type { Clock } from "../observe/clock.ts";
import { checkParameters, parseKeyUri } from "./key-uri.ts";
import type { WrappingKey } from "./wrapping-key.ts";

/**
 * The key at an address; nobody is asked yet but the file of a local one. What a kind needs is imported when it is used.
 * Errors: KST_KEY_URI, KST_KEY_FILE.
 */
export async function openKey(text: string, clock: Clock): Promise<WrappingKey> {
  const uri = parseKeyUri(text);
  switch (uri.scheme) {
    case "local": {
      checkParameters(uri, (name) => name === "passphrase-file");
      const [{ openLocalKey }, { readPassphrase }] = await Promise.all([
        import("./local/local-key.ts"),
        import("./local/read-passphrase.ts"),
      ]);
      const passphrase = await readPassphrase(uri.parameters.get("passphrase-file"));
      return await openLocalKey({ file: uri.place, ...(passphrase === undefined ? {} : { passphrase }) });
    }
    case "vault-transit":
      return (await import("./vault/vault-transit.ts")).openVaultTransit(uri, clock);
    case "azure-kv":
      return await (await import("./azure/azure-key-vault.ts")).openAzureKeyVault(uri);
    case "gcp-kms":
      return await (await import("./gcp/gcp-kms.ts")).openGcpKms(uri);
    default:
      return await (await import("./aws/aws-kms.ts")).openAwsKms(uri);
  }
}
