/** The bounds of a plugin; times in milliseconds. */
export interface KmsLimits {
  /**
   * How long a KEK may be used since the key service last vouched for it. While the service cannot be reached this is how
   * long the plugin goes on, and so also the longest delay until a revocation takes effect.
   */
  readonly kekAge: number;
  /** Encryptions with one KEK; nonces are random, so it must stay far below 2^32 (SP 800-38D §8.3). */
  readonly kekUses: number;
  /** KEKs in memory for decrypting. */
  readonly keks: number;
  /** For one call of the key service: below the 3 s after which the API server gives up. */
  readonly remoteCall: number;
  /** Between two probes of the key service while all is well. */
  readonly probe: number;
  /** After a probe that failed. */
  readonly probeAgain: number;
}

export const KMS_LIMITS: KmsLimits = {
  kekAge: 24 * 3600_000,
  kekUses: 2 ** 20,
  keks: 1000,
  remoteCall: 2_000,
  probe: 30_000,
  probeAgain: 5_000,
};

/**
 * Pure: how old something is. A clock that went back makes it too old for everything: whether a KEK is still within its
 * age can't be told then, and asking the key service is always safe.
 */
export function ageOf(since: number, now: number): number {
  return now < since ? Number.POSITIVE_INFINITY : now - since;
}
