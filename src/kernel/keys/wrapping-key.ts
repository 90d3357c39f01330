import type { Secret } from "../secret/secret.ts";

/** A secret under one version of a key. */
export interface Wrapped {
  /**
   * Which key and version, unique over all of both and never used again. It is stored in the clear beside what was
   * encrypted, and may be logged: printable ASCII, at most 512 characters, nothing private.
   */
  readonly keyId: string;
  readonly bytes: Buffer;
}

/**
 * A key that somebody keeps for us – a key service, or a file – and that wraps small secrets, such as other keys.
 *
 * Errors of both methods: KST_KEY_REFUSED when the key is disabled, deleted or not allowed to us; KST_KEY_UNREACHABLE when
 * nobody answered in time; and of `unwrap` KST_KEY_MISMATCH when the bytes are not what this key wrapped.
 */
export interface WrappingKey {
  /** For messages and metrics; no credentials. */
  readonly name: string;
  /** By the newest version that may encrypt. */
  wrap(secret: Secret, signal: AbortSignal): Promise<Wrapped>;
  /** By the version that the key id names. The caller disposes of the result. */
  unwrap(wrapped: Wrapped, signal: AbortSignal): Promise<Secret>;
  /** Whether a key id looks like one of this key's; asks nobody. */
  owns(keyId: string): boolean;
  close(): Promise<void>;
}

/** The longest that a wrapped key may be: RSA of 4,096 bits has 512 bytes, AWS less, Vault's text less. */
export const LARGEST_WRAPPED = 2048;
