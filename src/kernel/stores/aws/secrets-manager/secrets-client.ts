import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import type { Clock } from "../../../observe/clock.ts";
import { type AwsClient, createAwsClient, type Place } from "../aws-client.ts";
import { type AwsLogin, sdkCredentials } from "../aws-credentials.ts";

export type SecretsClient = AwsClient<SecretsManagerClient>;

export function createSecretsClient(place: Place, login: AwsLogin, clock: Clock): SecretsClient {
  const { region, endpoint, handler } = place;
  return createAwsClient(
    (credentials) =>
      new SecretsManagerClient({
        region,
        // Who reads decides when to try again.
        maxAttempts: 1,
        requestHandler: handler as SecretsManagerClientConfig["requestHandler"] & object,
        credentials: sdkCredentials(credentials),
        ...(endpoint === undefined ? {} : { endpoint }),
      }),
    login,
    place,
    clock,
  );
}
