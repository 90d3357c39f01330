import type { HttpClient, HttpRequest, HttpResponse } from "../../http/http-types.ts";
import type { Clock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import type { StoreError } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";
import { laterIndex } from "./replication-index.ts";
import { type TokenLife, tokenStep } from "./token-life.ts";
import { loginRequest, trimmed } from "./vault-login.ts";
import { at, isSuccess, plain, replyJson, secretText, vaultError, wipe } from "./vault-reply.ts";
import type { VaultSpec } from "./vault-spec.ts";

interface Token {
  readonly secret: Secret;
  readonly life: TokenLife;
}

/** A 403 this soon after a login is about the path, not the token. */
const FRESH_MILLIS = 10_000;

/**
 * One identity's login: its token is used by all reads, renewed after two thirds of its life, and replaced when it no longer
 * counts. A refused read never costs a login as long as the token itself is good, so no tokens pile up in Vault.
 */
export class VaultSession {
  readonly #http: HttpClient;
  readonly #spec: VaultSpec;
  readonly #clock: Clock;
  #token: Token | undefined;
  /** The newest state of the cluster that a reply told of. */
  #index: string | undefined;
  #pending: Promise<Token | StoreError> | undefined;

  constructor(http: HttpClient, spec: VaultSpec, clock: Clock) {
    this.#http = http;
    this.#spec = spec;
    this.#clock = clock;
  }

  /** Sends a request with the identity's token; logs in first, and once more if the token turns out to be invalid. */
  async request(request: HttpRequest): Promise<HttpResponse | StoreError> {
    const signal = request.signal ?? new AbortController().signal;
    const first = await this.#current(signal);
    if ("error" in first) return first;
    const reply = await this.#send(request, first);
    if (reply.status !== 403 || (await this.#isGood(first, signal))) return reply;
    const second = await this.#replace(first, signal);
    return "error" in second ? second : await this.#send(request, second);
  }

  /** Logs in if need be and asks whether the token counts; undefined when all is well. */
  async validate(signal: AbortSignal): Promise<StoreError | undefined> {
    const token = await this.#current(signal);
    if ("error" in token) return token;
    const reply = await this.#send({ path: "/v1/auth/token/lookup-self", signal }, token);
    if (isSuccess(reply)) return undefined;
    const error = vaultError(reply, this.#clock.now());
    return error.error === "denied" ? { ...error, error: "unauthenticated" } : error;
  }

  /** Gives the token back to Vault, unless it was given to us as one. */
  async close(): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    if (token === undefined) return;
    if (this.#spec.auth.method !== "token") {
      const timeouts = { total: 2_000 };
      await this.#send({ method: "POST", path: "/v1/auth/token/revoke-self", timeouts }, token).catch(() => {});
    }
    token.secret.dispose();
  }

  async #send(request: HttpRequest, token: Token): Promise<HttpResponse> {
    const { namespace } = this.#spec;
    const headers = { ...request.headers, "x-vault-token": token.secret };
    return await this.#ask({
      ...request,
      headers: namespace === undefined ? headers : { ...headers, "x-vault-namespace": namespace },
    });
  }

  /** Requires the state that earlier replies told of, where that is wanted, and remembers a newer one. */
  async #ask(request: HttpRequest): Promise<HttpResponse> {
    if (this.#spec.followsIndex !== true) return await this.#http.request(request);
    const known = this.#index;
    const headers = known === undefined ? request.headers : { ...request.headers, "x-vault-index": known };
    const reply = await this.#http.request({ ...request, ...(headers === undefined ? {} : { headers }) });
    const told = reply.headers["x-vault-index"];
    if (told !== undefined) this.#index = laterIndex(this.#index, told);
    return reply;
  }

  /** The token to use now; all who ask at once share one login. */
  async #current(signal: AbortSignal): Promise<Token | StoreError> {
    const step = this.#token === undefined ? "login" : tokenStep(this.#token.life, this.#clock.now());
    if (step === "use" && this.#token !== undefined) return this.#token;
    this.#pending ??= (step === "renew" ? this.#renew() : this.#login()).finally(() => {
      this.#pending = undefined;
    });
    return await untilAborted(this.#pending, signal);
  }

  async #replace(old: Token, signal: AbortSignal): Promise<Token | StoreError> {
    if (this.#token === old) this.#token = undefined;
    return await this.#current(signal);
  }

  /** Whether a 403 was about the path: the token is new, or Vault knows it. */
  async #isGood(token: Token, signal: AbortSignal): Promise<boolean> {
    if (this.#token !== token) return false;
    if (this.#spec.auth.method !== "token" && this.#clock.now() - token.life.issuedAt < FRESH_MILLIS) return true;
    return (await this.#send({ path: "/v1/auth/token/lookup-self", signal }, token)).status !== 403;
  }

  async #renew(): Promise<Token | StoreError> {
    const token = this.#token as Token;
    const reply = await this.#send({ method: "POST", path: "/v1/auth/token/renew-self", body: "{}" }, token).catch(
      () => undefined,
    );
    const life = reply !== undefined && isSuccess(reply) ? this.#lifeOf(reply) : undefined;
    if (reply !== undefined) wipe(reply);
    if (life === undefined) return await this.#login();
    this.#token = { secret: token.secret, life };
    return this.#token;
  }

  async #login(): Promise<Token | StoreError> {
    // A login serves all who wait, so it has a time limit of its own instead of one caller's signal.
    const signal = AbortSignal.timeout(30_000);
    try {
      const token = this.#spec.auth.method === "token" ? await this.#adopt(signal) : await this.#logIn(signal);
      if (!("error" in token)) this.#token = token;
      return token;
    } catch (error) {
      return storeErrorOf(error);
    }
  }

  async #adopt(signal: AbortSignal): Promise<Token> {
    if (this.#spec.auth.method !== "token") throw new TypeError("this identity logs in");
    using given = await this.#spec.auth.token(signal);
    const secret = Secret.fromBytes(Uint8Array.from(trimmed(given)));
    const unknown = { secret, life: { issuedAt: this.#clock.now(), ttlMillis: 0, renewable: false } };
    const reply = await this.#send({ path: "/v1/auth/token/lookup-self", signal }, unknown);
    const data = isSuccess(reply) ? at(replyJson(reply), "data") : undefined;
    const ttl = Number(plain(at(data, "ttl")) ?? 0);
    const life = {
      issuedAt: this.#clock.now(),
      ttlMillis: ttl * 1000,
      renewable: plain(at(data, "renewable")) === "true",
    };
    wipe(reply);
    return { secret, life };
  }

  async #logIn(signal: AbortSignal): Promise<Token | StoreError> {
    if (this.#spec.auth.method === "token") throw new TypeError("this identity has a token");
    const { path, body } = await loginRequest(this.#spec.auth, signal);
    using sent = body;
    const namespace = this.#spec.authNamespace ?? this.#spec.namespace;
    const headers = namespace === undefined ? {} : { "x-vault-namespace": namespace };
    const reply = await this.#ask({ method: "POST", path: `/v1/${path}`, headers, body: sent, signal });
    if (!isSuccess(reply)) {
      const error = vaultError(reply, this.#clock.now());
      const isRefused = ["invalid", "denied", "missing"].includes(error.error);
      return {
        ...error,
        ...(isRefused ? { error: "unauthenticated" } : {}),
        message: `the login failed: ${error.message}`,
      };
    }
    const secret = secretText(at(replyJson(reply), "auth", "client_token"));
    const life = this.#lifeOf(reply);
    wipe(reply);
    if (secret === undefined) return { error: "unavailable", message: "Vault's login gave no token" };
    return { secret, life };
  }

  #lifeOf(reply: HttpResponse): TokenLife {
    const auth = at(replyJson(reply), "auth");
    return {
      issuedAt: this.#clock.now(),
      ttlMillis: Number(plain(at(auth, "lease_duration")) ?? 0) * 1000,
      renewable: plain(at(auth, "renewable")) === "true",
    };
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
