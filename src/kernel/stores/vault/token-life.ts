/** What is known of a Vault token's life. Instants in milliseconds since the epoch. */
export interface TokenLife {
  readonly issuedAt: number;
  /** 0 for a token that doesn't end. */
  readonly ttlMillis: number;
  readonly renewable: boolean;
}

/** Pure: use the token as it is, renew it first (from two thirds of its life on), or log in anew. */
export function tokenStep({ issuedAt, ttlMillis, renewable }: TokenLife, now: number): "use" | "renew" | "login" {
  if (ttlMillis === 0) return "use";
  const age = now - issuedAt;
  // The last moments are left out, so that a request doesn't arrive with a token that ended on the way.
  const end = ttlMillis - Math.min(5_000, ttlMillis / 10);
  if (age < 0 || age >= end) return "login";
  if (age < (ttlMillis * 2) / 3) return "use";
  return renewable ? "renew" : "use";
}
