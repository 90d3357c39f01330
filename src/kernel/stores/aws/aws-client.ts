import type { Clock } from "../../observe/clock.ts";
import type { StoreError } from "../store.ts";
import type { AwsCredentials, AwsLogin } from "./aws-credentials.ts";
import { awsErrorName, awsStoreError } from "./aws-error.ts";
import type { AwsRequestHandler, CallContext } from "./aws-request-handler.ts";
import { type AwsReply, AwsSession, type SdkClient } from "./aws-session.ts";

/** What a client of the SDK is made with, beside credentials. */
export interface Place {
  readonly region: string;
  /** Another address than the region's own. */
  readonly endpoint: string | undefined;
  readonly handler: AwsRequestHandler;
}

/** What went wrong, with AWS's name for it. */
export interface AwsFailure extends StoreError {
  readonly awsName: string | undefined;
}

/** A service of AWS as one identity. `ask` sends a command, and rejects only when the signal aborts. */
export interface AwsClient<C> {
  ask<O>(signal: AbortSignal, send: (client: C, context: CallContext) => Promise<O>): Promise<AwsReply<O> | AwsFailure>;
  close(): Promise<void>;
}

export function createAwsClient<C extends SdkClient>(
  make: (credentials: AwsCredentials) => C,
  login: AwsLogin,
  { handler }: Place,
  clock: Clock,
): AwsClient<C> {
  const session = new AwsSession(login, make, clock);
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
