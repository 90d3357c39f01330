import { SecretsManagerClient, type SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import type { Clock } from "../../../observe/clock.ts";
import type { StoreError } from "../../store.ts";
import { type AwsLogin, sdkCredentials } from "../aws-credentials.ts";
import { awsErrorName, awsStoreError } from "../aws-error.ts";
import type { AwsRequestHandler, CallContext } from "../aws-request-handler.ts";
import { type AwsReply, AwsSession } from "../aws-session.ts";

export interface Place {
  readonly region: string;
  /** Another address than the region's own. */
  readonly endpoint: string | undefined;
}

/** What went wrong, with AWS's name for it. */
export interface AwsFailure extends StoreError {
  readonly awsName: string | undefined;
}

export type Send<O> = (client: SecretsManagerClient, context: CallContext) => Promise<O>;

/** Sends a command of Secrets Manager as one identity; rejects only when the signal aborts. */
export interface SecretsClient {
  ask<O>(signal: AbortSignal, send: Send<O>): Promise<AwsReply<O> | AwsFailure>;
  close(): Promise<void>;
}

export function createSecretsClient(
  { region, endpoint }: Place,
  login: AwsLogin,
  handler: AwsRequestHandler,
  clock: Clock,
): SecretsClient {
  const session = new AwsSession(
    login,
    (credentials) =>
      new SecretsManagerClient({
        region,
        // Who reads decides when to try again.
        maxAttempts: 1,
        requestHandler: handler as SecretsManagerClientConfig["requestHandler"] & object,
        credentials: sdkCredentials(credentials),
        ...(endpoint === undefined ? {} : { endpoint }),
      }),
    clock,
  );
  return {
    async ask(signal, send) {
      try {
        return await session.call(signal, send);
      } catch (error) {
        signal.throwIfAborted();
        return { ...awsStoreError(error), awsName: awsErrorName(error) };
      }
    },
    async close() {
      session.close();
      await handler.close();
    },
  };
}
