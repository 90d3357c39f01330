interface ReplicationIndex {
  readonly cluster: string;
  readonly local: number;
  readonly replicated: number;
}

/**
 * Pure. Which of two `X-Vault-Index` headers to require from now on: the one already known if it is at least as new in
 * both of its parts, else the other. A header that cannot be read, or that is another cluster's, replaces what was known.
 *
 * Source: Vault's documentation of eventual consistency; the value is base64 of `v1:cluster:local:replicated:hmac`.
 */
export function laterIndex(known: string | undefined, next: string): string {
  const [a, b] = [known === undefined ? undefined : parse(known), parse(next)];
  const covers =
    a !== undefined && b !== undefined && a.cluster === b.cluster && a.local >= b.local && a.replicated >= b.replicated;
  return known !== undefined && covers ? known : next;
}

function parse(header: string): ReplicationIndex | undefined {
  const [version, cluster = "", local = "", replicated = ""] = Buffer.from(header, "base64")
    .toString("latin1")
    .split(":");
  const numbers = /^[0-9]+$/.test(local) && /^[0-9]+$/.test(replicated);
  return version === "v1" && numbers ? { cluster, local: Number(local), replicated: Number(replicated) } : undefined;
}
