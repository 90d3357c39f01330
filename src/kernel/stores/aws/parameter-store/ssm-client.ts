import { SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";
import type { Clock } from "../../../observe/clock.ts";
import { type AwsClient, createAwsClient, type Place } from "../aws-client.ts";
import { type AwsLogin, sdkCredentials } from "../aws-credentials.ts";

export type SsmClient = AwsClient<SSMClient>;

export function createSsmClient(place: Place, login: AwsLogin, clock: Clock): SsmClient {
  const { region, endpoint, handler } = place;
  return createAwsClient(
    (credentials) =>
      new SSMClient({
        region,
        // Who reads decides when to try again.
        maxAttempts: 1,
        requestHandler: handler as SSMClientConfig["requestHandler"] & object,
        credentials: sdkCredentials(credentials),
        ...(endpoint === undefined ? {} : { endpoint }),
      }),
    login,
    place,
    clock,
  );
}
