import type { STSClient as Client, STSClientConfig } from "@aws-sdk/client-sts";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { type AwsCredentials, sdkCredentials, tokenText } from "./aws-credentials.ts";
import type { AwsRequestHandler, CallContext } from "./aws-request-handler.ts";

/** What AWS's own log of calls shows of us. External Secrets Operator's name, since policies have conditions on it. */
const SESSION_NAME = "external-secrets-provider-aws";

export interface StsOptions {
  readonly arn: string;
  readonly externalId: string | undefined;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly transitiveTagKeys: readonly string[];
}

/** AWS's service of temporary credentials. Throws its errors. */
export interface Sts {
  assumeRole(credentials: AwsCredentials, options: StsOptions, signal: AbortSignal): Promise<AwsCredentials>;
  /** With a token that Kubernetes signed. */
  assumeRoleWithToken(arn: string, token: Secret, signal: AbortSignal): Promise<AwsCredentials>;
}

/** Imports the client when the first role is assumed: stores with plain keys never need it. */
export function createSts(region: string, endpoint: string | undefined, handler: AwsRequestHandler): Sts {
  const config = {
    region,
    maxAttempts: 1,
    requestHandler: handler as STSClientConfig["requestHandler"] & object,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return {
    async assumeRole(credentials, { arn, externalId, tags, transitiveTagKeys }, signal) {
      const { STSClient, AssumeRoleCommand } = await import("@aws-sdk/client-sts");
      const client = new STSClient({ ...config, credentials: sdkCredentials(credentials) });
      const input = {
        RoleArn: arn,
        RoleSessionName: SESSION_NAME,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
        ...(tags.length === 0 ? {} : { Tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
        ...(transitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...transitiveTagKeys] }),
      };
      return await ended(
        client,
        async () => (await client.send(new AssumeRoleCommand(input), context(signal))).Credentials,
      );
    },
    async assumeRoleWithToken(arn, token, signal) {
      const { STSClient, AssumeRoleWithWebIdentityCommand } = await import("@aws-sdk/client-sts");
      // This call is not signed; without these the SDK would look for credentials of its own.
      const client = new STSClient({ ...config, credentials: { accessKeyId: "none", secretAccessKey: "none" } });
      const input = { RoleArn: arn, RoleSessionName: SESSION_NAME, WebIdentityToken: tokenText(token) };
      return await ended(client, async () => {
        return (await client.send(new AssumeRoleWithWebIdentityCommand(input), context(signal))).Credentials;
      });
    },
  };
}

function context(abortSignal: AbortSignal): CallContext {
  return { abortSignal, values: [] };
}

interface Given {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
  readonly Expiration?: Date | undefined;
}

async function ended(client: Client, ask: () => Promise<Given | undefined>): Promise<AwsCredentials> {
  try {
    return credentialsOf(await ask());
  } finally {
    client.destroy();
  }
}

function credentialsOf(given: Given | undefined): AwsCredentials {
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
    throw new KustodyError("KST_STORE_FAILED", "AWS's token service gave no credentials", { retry: "backoff" });
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: Secret.fromText(given.SecretAccessKey),
    sessionToken: Secret.fromText(given.SessionToken),
    ...(given.Expiration === undefined ? {} : { expiresAt: given.Expiration.getTime() }),
  };
}
