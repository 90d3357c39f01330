import { randomBytes } from "node:crypto";
import { KustodyError, toKustodyError } from "../../../kernel/errors.ts";
import type { Wrapped } from "../../../kernel/keys/wrapping-key.ts";
import type { Clock } from "../../../kernel/observe/clock.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { type Envelope, openEnvelope, sealEnvelope, wrappedKekOf } from "./envelope.ts";
import { type Kek, KekCache } from "./kek-cache.ts";
import { ageOf, type KmsLimits } from "./limits.ts";
import type { Remote } from "./remote.ts";

export type KmsVersion = "v2" | "v2beta1";

export interface KmsStatus {
  readonly version: KmsVersion;
  readonly healthz: "ok";
  readonly keyId: string;
}

/** What happened to the key, for the log. */
export type KmsEvent =
  | { readonly event: "key"; readonly keyId: string; readonly before: string | undefined }
  | { readonly event: "refused" | "unreachable"; readonly error: KustodyError }
  | { readonly event: "recovered" };

export interface KmsPluginOptions {
  readonly remote: Remote;
  /** Its instants should not jump: a KEK's age is measured with it. */
  readonly clock: Clock;
  readonly limits: KmsLimits;
  /** What Status answers; the API server wants it to stay as it was for a provider's name. */
  readonly version: KmsVersion;
  readonly onEvent?: (event: KmsEvent) => void;
  /** Asks for a probe before its time. */
  readonly wake?: () => void;
}

/** The KEK that encrypts. Status and Encrypt read the key id from this one object, so they can't disagree. */
interface Current extends Kek {
  readonly madeAt: number;
  uses: number;
}

/** KEKs of the cache that one probe has the key service vouch for again. */
const REVERIFIED = 8;

/**
 * A KMS v2 plugin without its socket. It encrypts the API server's seeds with a key of its own, the KEK, which the key
 * service wraps.
 *
 * Flow: `probe` wraps a new KEK and unwraps it again; that vouches for the current KEK, or replaces it when the key id has
 * changed or the KEK is old. `status` and `encrypt` answer from memory. `decrypt` asks the key service once for each KEK.
 * Guarantees: Status and Encrypt agree; what was changed is refused, never decrypted; a key that the service refuses is an
 * error at once, and all KEKs are wiped; a service that cannot be reached changes nothing until `limits.kekAge` is over.
 * Assumptions: somebody calls `probe` again and again.
 * Errors: KST_KMS_REQUEST for what the client sent; KST_KEY_REFUSED, KST_KEY_UNREACHABLE, KST_KEY_MISMATCH.
 */
export class KmsPlugin {
  readonly #options: KmsPluginOptions;
  readonly #cache: KekCache;
  readonly #pending = new Map<string, Promise<Kek>>();
  /** Key ids that encrypted once and do no more. */
  readonly #former = new Set<string>();
  #keyId: string | undefined;
  #current: Current | undefined;
  #refused: KustodyError | undefined;
  #unreachable: KustodyError | undefined;

  constructor(options: KmsPluginOptions) {
    this.#options = options;
    this.#cache = new KekCache(options.limits.keks);
  }

  /** KEKs in memory for decrypting, beside the current one. */
  get cachedKeks(): number {
    return this.#cache.size;
  }

  /** When the key service last vouched for the current KEK. */
  get verifiedAt(): number | undefined {
    return this.#current?.verifiedAt;
  }

  status(): KmsStatus {
    return { version: this.#options.version, healthz: "ok", keyId: this.#usable().wrapped.keyId };
  }

  encrypt(plaintext: Secret): Envelope {
    const { limits, wake } = this.#options;
    const kek = this.#usable();
    if (kek.uses >= limits.kekUses / 2) wake?.();
    if (kek.uses >= limits.kekUses) {
      throw new KustodyError("KST_KEY_UNREACHABLE", "the KEK was used as often as it may be", { retry: "backoff" });
    }
    const envelope = sealEnvelope(kek.secret, kek.wrapped, plaintext);
    kek.uses += 1;
    return envelope;
  }

  /** At once where the KEK is in memory. The caller disposes of the result. */
  decrypt(envelope: Envelope): Secret | Promise<Secret> {
    const wrapped = wrappedKekOf(envelope);
    const kek = this.#known(wrapped);
    if (kek !== undefined) return openEnvelope(kek.secret, wrapped, envelope.ciphertext);
    return this.#fetch(wrapped).then((fetched) => openEnvelope(fetched.secret, wrapped, envelope.ciphertext));
  }

  /** Asks the key service whether it still wraps and unwraps, and by which version. True when all is well. */
  async probe(): Promise<boolean> {
    const fresh = Secret.fromBytes(randomBytes(32));
    try {
      const wrapped = await this.#wrapAndCheck(fresh);
      this.#adopt(fresh, wrapped);
      await this.#reverify();
      return true;
    } catch (thrown) {
      fresh.dispose();
      this.#failed(toKustodyError(thrown));
      return false;
    }
  }

  /** Wipes all keys in memory. */
  close(): void {
    this.#current?.secret.dispose();
    this.#current = undefined;
    this.#cache.clear();
  }

  #usable(): Current {
    if (this.#refused !== undefined) throw this.#refused;
    const current = this.#current;
    if (current !== undefined && this.#isYoung(current)) return current;
    throw (
      this.#unreachable ??
      new KustodyError("KST_KEY_UNREACHABLE", "the key service has not answered yet", { retry: "backoff" })
    );
  }

  #isYoung({ verifiedAt }: Kek): boolean {
    return ageOf(verifiedAt, this.#options.clock.now()) < this.#options.limits.kekAge;
  }

  #known(wrapped: Wrapped): Kek | undefined {
    const current = this.#current;
    const isCurrent = current?.wrapped.keyId === wrapped.keyId && current.wrapped.bytes.equals(wrapped.bytes);
    const kek = isCurrent ? current : this.#cache.get(wrapped);
    if (kek === undefined || this.#isYoung(kek)) return kek;
    if (!isCurrent) this.#cache.delete(kek);
    return undefined;
  }

  /** Asks the key service; all who want the same KEK share one call. */
  #fetch(wrapped: Wrapped): Promise<Kek> {
    const name = `${wrapped.keyId} ${wrapped.bytes.toString("base64")}`;
    const pending = this.#pending.get(name);
    if (pending !== undefined) return pending;
    const fetching = this.#unwrap(wrapped).finally(() => this.#pending.delete(name));
    this.#pending.set(name, fetching);
    return fetching;
  }

  async #unwrap(wrapped: Wrapped): Promise<Kek> {
    const { remote, clock, wake } = this.#options;
    try {
      const secret = await remote.unwrap(wrapped);
      if (secret.size !== 32) {
        secret.dispose();
        throw new KustodyError("KST_KEY_MISMATCH", "what the annotation wraps is not a KEK");
      }
      const kek = { wrapped, secret, verifiedAt: clock.now() };
      this.#cache.put(kek);
      return kek;
    } catch (error) {
      if (error instanceof KustodyError && error.code === "KST_KEY_REFUSED") wake?.();
      throw error;
    }
  }

  async #wrapAndCheck(fresh: Secret): Promise<Wrapped> {
    const { remote } = this.#options;
    const wrapped = await remote.wrap(fresh);
    using again = await remote.unwrap(wrapped, { isProbe: true });
    if (!again.equals(fresh)) {
      throw new KustodyError("KST_KEY_MISMATCH", "the key service unwraps something else than it wrapped");
    }
    if (this.#former.has(wrapped.keyId)) {
      throw new KustodyError("KST_KEY_REFUSED", `the key went back to ${wrapped.keyId}, which it had left before`, {
        hint: "a key id is not used twice: rotate to a new key",
      });
    }
    return wrapped;
  }

  /** The service vouches for the KEK that it has just wrapped, and for the current one if that is under the same version. */
  #adopt(fresh: Secret, wrapped: Wrapped): void {
    const { clock, limits, onEvent } = this.#options;
    const now = clock.now();
    const current = this.#current;
    if (this.#refused !== undefined || this.#unreachable !== undefined) onEvent?.({ event: "recovered" });
    this.#refused = undefined;
    this.#unreachable = undefined;
    const before = this.#keyId;
    const isSameKey = before === wrapped.keyId;
    if (current !== undefined && isSameKey) current.verifiedAt = now;
    const isOld = current !== undefined && ageOf(current.madeAt, now) >= limits.kekAge;
    if (current !== undefined && isSameKey && !isOld && current.uses < limits.kekUses / 2) {
      fresh.dispose();
      return;
    }
    this.#current = { wrapped, secret: fresh, madeAt: now, verifiedAt: now, uses: 0 };
    if (current !== undefined && current.uses > 0) this.#cache.put(current);
    else current?.secret.dispose();
    if (isSameKey) return;
    this.#keyId = wrapped.keyId;
    if (before !== undefined) this.#former.add(before);
    onEvent?.({ event: "key", keyId: wrapped.keyId, before });
  }

  /** Has the service vouch again for KEKs at half their age: one that it refuses by now is wiped. */
  async #reverify(): Promise<void> {
    const { remote, clock, limits } = this.#options;
    for (const kek of this.#cache.olderThan(limits.kekAge / 2, clock.now()).slice(0, REVERIFIED)) {
      try {
        using again = await remote.unwrap(kek.wrapped, { isProbe: true });
        if (again.equals(kek.secret)) kek.verifiedAt = clock.now();
        else this.#cache.delete(kek);
      } catch (thrown) {
        if (toKustodyError(thrown).code === "KST_KEY_UNREACHABLE") return;
        this.#cache.delete(kek);
      }
    }
  }

  #failed(error: KustodyError): void {
    const { onEvent } = this.#options;
    if (error.code === "KST_KEY_REFUSED" || error.code === "KST_KEY_MISMATCH") {
      if (this.#refused === undefined) onEvent?.({ event: "refused", error });
      this.#refused = error;
      this.close();
      return;
    }
    if (this.#unreachable === undefined) onEvent?.({ event: "unreachable", error });
    this.#unreachable = error;
  }
}
