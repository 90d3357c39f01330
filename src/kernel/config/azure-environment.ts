import { Secret } from "../secret/secret.ts";
import type { Variables } from "./environment.ts";

/** How the process logs in to Microsoft Entra ID. */
export type AzureLogin =
  | { readonly method: "secret"; readonly tenantId: string; readonly clientId: string; readonly secret: Secret }
  | {
      readonly method: "certificate";
      readonly tenantId: string;
      readonly clientId: string;
      /** PEM, the certificate and its private key. */
      readonly file: string;
      readonly password: Secret | undefined;
    }
  /** A token that another issuer gave for this workload, such as a ServiceAccount's. */
  | { readonly method: "workload"; readonly tenantId: string; readonly clientId: string; readonly tokenFile: string }
  /** What Azure gave the machine itself; without a client id the one that it has as a system. */
  | { readonly method: "managed"; readonly clientId: string | undefined };

/** What the environment says of it, under the names of Azure's own tools and in their order. */
export function readAzureLogin(variables: Variables = process.env): AzureLogin {
  const get = (name: string): string | undefined => variables[name] || undefined;
  const [tenantId, clientId] = [get("AZURE_TENANT_ID"), get("AZURE_CLIENT_ID")];
  if (tenantId === undefined || clientId === undefined) return { method: "managed", clientId };
  const client = { tenantId, clientId };
  const secret = get("AZURE_CLIENT_SECRET");
  if (secret !== undefined) return { method: "secret", ...client, secret: Secret.fromText(secret) };
  const file = get("AZURE_CLIENT_CERTIFICATE_PATH");
  if (file !== undefined) {
    const password = get("AZURE_CLIENT_CERTIFICATE_PASSWORD");
    return {
      method: "certificate",
      ...client,
      file,
      password: password === undefined ? undefined : Secret.fromText(password),
    };
  }
  const tokenFile = get("AZURE_FEDERATED_TOKEN_FILE");
  if (tokenFile !== undefined) return { method: "workload", ...client, tokenFile };
  return { method: "managed", clientId };
}
