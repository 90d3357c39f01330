import { DescribeSecretCommand, type DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { AwsFailure } from "../aws-client.ts";
import type { SecretsClient } from "./secrets-client.ts";

/** All about a secret but its value. */
export async function describeSecret(
  client: SecretsClient,
  SecretId: string,
  signal: AbortSignal,
): Promise<DescribeSecretCommandOutput | AwsFailure> {
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new DescribeSecretCommand({ SecretId }), context));
  return "error" in reply ? reply : reply.output;
}
