import type { TokenCredential } from "@azure/identity";
import { type AzureLogin, readAzureLogin } from "../../config/azure-environment.ts";

/**
 * Azure's client for one login. Not its DefaultAzureCredential: that goes on to command-line tools of developers, and
 * tells a refused client secret and a login service that is down by the same error.
 */
export async function azureCredential(login: AzureLogin = readAzureLogin()): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  // A call has two seconds; whoever calls tries again.
  const options = { retryOptions: { maxRetries: 0 } };
  switch (login.method) {
    case "secret": {
      // A door: Entra ID gets it, and its client takes text.
      const secret = login.secret.unwrap().toString();
      return new identity.ClientSecretCredential(login.tenantId, login.clientId, secret, options);
    }
    case "certificate": {
      const { tenantId, clientId, file: certificatePath, password } = login;
      const certificatePassword = password?.unwrap().toString();
      const certificate = { certificatePath, ...(certificatePassword === undefined ? {} : { certificatePassword }) };
      return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
    }
    case "workload": {
      const { tenantId, clientId, tokenFile: tokenFilePath } = login;
      return new identity.WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...options });
    }
    default:
      return login.clientId === undefined
        ? new identity.ManagedIdentityCredential(options)
        : new identity.ManagedIdentityCredential({ clientId: login.clientId, ...options });
  }
}
