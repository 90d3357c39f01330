import type { Clock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";
import type { AwsCredentials, AwsLogin } from "./aws-credentials.ts";
import { isBadSignature, isStaleLogin, LoginFailed, RETRY_AFTER } from "./aws-error.ts";
import type { CallContext } from "./aws-request-handler.ts";

/** Credentials are fetched anew when they live no longer than this. AWS's shortest sessions last 15 minutes. */
const RENEW_BEFORE_MILLIS = 5 * 60_000;
/** A refusal this soon after a login is not about its age. */
const FRESH_MILLIS = 10_000;

interface LoggedIn<C> {
  readonly client: C;
  readonly credentials: AwsCredentials;
  readonly at: number;
}

/** What a call gave: the SDK's output, and the values that stood in it (`takenValue` gives each). */
export interface AwsReply<O> {
  readonly output: O;
  readonly values: (Secret | undefined)[];
}

/** A client of one service, as the session uses it. */
export interface SdkClient {
  destroy(): void;
}

/**
 * One identity's login to one service. All who ask at once share it; it is renewed before it expires, and once more when AWS
 * says that it no longer counts. A clock that is wrong is corrected by AWS's own date.
 */
export class AwsSession<C extends SdkClient> {
  readonly #login: AwsLogin;
  readonly #makeClient: (credentials: AwsCredentials) => C;
  readonly #clock: Clock;
  #current: LoggedIn<C> | undefined;
  #pending: Promise<LoggedIn<C>> | undefined;

  constructor(login: AwsLogin, makeClient: (credentials: AwsCredentials) => C, clock: Clock) {
    this.#login = login;
    this.#makeClient = makeClient;
    this.#clock = clock;
  }

  /** Sends one command. Rejects with AWS's errors, with a failed login's, and when the signal aborts. */
  async call<O>(signal: AbortSignal, send: (client: C, context: CallContext) => Promise<O>): Promise<AwsReply<O>> {
    const first = await untilAborted(this.#loggedIn(), signal);
    try {
      return await this.#send(first.client, signal, send);
    } catch (error) {
      signal.throwIfAborted();
      if (isBadSignature(error)) return await this.#send(first.client, signal, send);
      if (!isStaleLogin(error) || !this.#mayReplace(first)) throw error;
      if (this.#current === first) this.#current = undefined;
      const second = await untilAborted(this.#loggedIn(), signal);
      return await this.#send(second.client, signal, send);
    }
  }

  close(): void {
    this.#current?.client.destroy();
    dispose(this.#current?.credentials);
    this.#current = undefined;
  }

  async #send<O>(client: C, signal: AbortSignal, send: (client: C, context: CallContext) => Promise<O>) {
    const context: CallContext = { abortSignal: signal, values: [] };
    try {
      return { output: await send(client, context), values: context.values };
    } catch (error) {
      for (const value of context.values) value.dispose();
      if (context.retryAfterMillis !== undefined && error instanceof Error)
        Object.defineProperty(error, RETRY_AFTER, { value: context.retryAfterMillis });
      throw error;
    }
  }

  #mayReplace(used: LoggedIn<C>): boolean {
    return this.#current !== used || this.#clock.now() - used.at >= FRESH_MILLIS;
  }

  #loggedIn(): Promise<LoggedIn<C>> {
    const current = this.#current;
    const expiresAt = current?.credentials.expiresAt ?? Number.POSITIVE_INFINITY;
    if (current !== undefined && expiresAt - this.#clock.now() > RENEW_BEFORE_MILLIS) return Promise.resolve(current);
    // A login serves all who wait, so it has a time limit of its own instead of one caller's signal.
    this.#pending ??= this.#logIn(AbortSignal.timeout(30_000)).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #logIn(signal: AbortSignal): Promise<LoggedIn<C>> {
    const before = this.#current;
    try {
      const credentials = await this.#login(signal);
      this.#current = { client: this.#makeClient(credentials), credentials, at: this.#clock.now() };
    } catch (error) {
      // What is about to expire still counts for a while.
      const left = (before?.credentials.expiresAt ?? 0) - this.#clock.now();
      if (before !== undefined && before === this.#current && left > 0) return before;
      throw new LoginFailed(error);
    }
    return this.#current;
  }
}

function dispose(credentials: AwsCredentials | undefined): void {
  credentials?.secretAccessKey.dispose();
  credentials?.sessionToken?.dispose();
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
