import { KustodyError } from "../../../kernel/errors.ts";
import type { Wrapped, WrappingKey } from "../../../kernel/keys/wrapping-key.ts";
import type { Clock } from "../../../kernel/observe/clock.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { Breaker } from "./breaker.ts";

export type RemoteOperation = "wrap" | "unwrap";
export type RemoteOutcome = "ok" | "refused" | "unreachable" | "mismatch" | "failed";

export interface RemoteOptions {
  /** The first encrypts; the others only decrypt what they encrypted before. */
  readonly keys: readonly WrappingKey[];
  readonly clock: Clock;
  readonly callMillis: number;
  readonly onCall?: (operation: RemoteOperation, outcome: RemoteOutcome, millis: number) => void;
}

/** The keys behind a time limit and, each, a circuit breaker. */
export class Remote {
  readonly #options: RemoteOptions;
  readonly #breakers = new Map<WrappingKey, Breaker>();

  constructor(options: RemoteOptions) {
    this.#options = options;
  }

  /** By the first key; not held back by the breaker, since it is the probe that calls it. */
  async wrap(secret: Secret): Promise<Wrapped> {
    const [key] = this.#options.keys;
    if (key === undefined) throw new TypeError("a plugin has a key");
    return await this.#call("wrap", key, (signal) => key.wrap(secret, signal));
  }

  /**
   * By the key that owns the key id; where several look as if they did, the next one after a mismatch.
   * Errors: those of WrappingKey; KST_KEY_MISMATCH for a key id of nobody.
   */
  async unwrap(wrapped: Wrapped, options: { readonly isProbe?: boolean } = {}): Promise<Secret> {
    let mismatch = new KustodyError("KST_KEY_MISMATCH", "the key_id is of no key that this plugin has", {
      hint: "give the key that encrypted this with --decrypt-key",
    });
    for (const key of this.#options.keys.filter((one) => one.owns(wrapped.keyId))) {
      if (options.isProbe !== true && !this.#breakerOf(key).admits(this.#options.clock.now())) {
        throw new KustodyError("KST_KEY_UNREACHABLE", `${key.name} did not answer just now`, { retry: "backoff" });
      }
      try {
        return await this.#call("unwrap", key, (signal) => key.unwrap(wrapped, signal));
      } catch (error) {
        if (!(error instanceof KustodyError) || error.code !== "KST_KEY_MISMATCH") throw error;
        mismatch = error;
      }
    }
    throw mismatch;
  }

  async #call<T>(operation: RemoteOperation, key: WrappingKey, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, callMillis, onCall } = this.#options;
    const breaker = this.#breakerOf(key);
    const began = clock.now();
    const report = (outcome: RemoteOutcome): void => onCall?.(operation, outcome, Math.max(0, clock.now() - began));
    const limit = AbortSignal.timeout(callMillis);
    try {
      const result = await call(limit);
      breaker.succeeded();
      report("ok");
      return result;
    } catch (thrown) {
      const error = limit.aborted ? lateAnswer(key, callMillis, thrown) : thrown;
      const outcome = outcomeOf(error);
      if (outcome === "unreachable") breaker.failed(clock.now());
      else breaker.succeeded();
      report(outcome);
      throw error;
    }
  }

  #breakerOf(key: WrappingKey): Breaker {
    const found = this.#breakers.get(key) ?? new Breaker();
    this.#breakers.set(key, found);
    return found;
  }
}

function lateAnswer(key: WrappingKey, millis: number, cause: unknown): KustodyError {
  return new KustodyError("KST_KEY_UNREACHABLE", `${key.name} did not answer within ${millis} ms`, {
    retry: "backoff",
    cause,
  });
}

function outcomeOf(error: unknown): RemoteOutcome {
  if (!(error instanceof KustodyError)) return "failed";
  if (error.code === "KST_KEY_REFUSED") return "refused";
  if (error.code === "KST_KEY_UNREACHABLE") return "unreachable";
  return error.code === "KST_KEY_MISMATCH" ? "mismatch" : "failed";
}
