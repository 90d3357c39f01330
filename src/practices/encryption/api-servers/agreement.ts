import type { ServerEncryption } from "./server-metrics.ts";

/** What every API server has to report before values are rewritten. */
export interface Expected {
  /** `sha256:` and the hash of the EncryptionConfiguration's file that they shall use. */
  readonly configHash?: string;
  /** Each of them has to write with this key of some provider, a hash as in metrics. */
  readonly keyIdHash?: string;
  /** This KMS provider's key has to be another than this one: a rotation has arrived. */
  readonly replaced?: { readonly provider: string; readonly keyIdHash: string };
}

/**
 * Why the API servers are not ready for rewriting, in a sentence each; empty when they are. While one still writes with
 * another key, rewriting would leave values behind that are stale at once, or that another server can't read yet.
 */
export function disagreements(servers: readonly ServerEncryption[], expected: Expected = {}): readonly string[] {
  const reasons: string[] = [];
  const hashes = new Set(servers.map(({ configHash }) => configHash));
  if (expected.configHash !== undefined) {
    for (const { server, configHash } of servers) {
      // One without automatic reload tells no hash: it read the file when it started.
      if (configHash !== undefined && configHash !== expected.configHash)
        reasons.push(
          `${server} uses another EncryptionConfiguration (${short(configHash)}) than the file (${short(expected.configHash)})`,
        );
    }
  } else if (hashes.size > 1) reasons.push(`the API servers use ${hashes.size} different EncryptionConfigurations`);
  for (const { server, providers } of servers) {
    const isWriting = providers.some(({ keyIdHash }) => keyIdHash === expected.keyIdHash);
    if (expected.keyIdHash !== undefined && !isWriting) reasons.push(`${server} does not write with the new key yet`);
  }
  for (const provider of new Set(servers.flatMap(({ providers }) => providers.map(({ name }) => name)))) {
    const keys = servers.map((server) => ({
      server: server.server,
      hash: server.providers.find(({ name }) => name === provider)?.keyIdHash,
    }));
    const different = new Set(keys.map(({ hash }) => hash));
    if (different.size > 1) {
      const told = keys.map(({ server, hash }) => `${server} ${hash === undefined ? "none" : short(hash)}`);
      reasons.push(`the API servers write with different keys of ${provider}: ${told.join(", ")}`);
    }
    const { replaced } = expected;
    if (replaced?.provider !== provider) continue;
    for (const { server, hash } of keys) {
      if (hash === replaced.keyIdHash)
        reasons.push(`${server} still writes with the old key of ${provider} (${short(hash)})`);
    }
  }
  return reasons;
}

function short(hash: string): string {
  return hash.slice(0, "sha256:".length + 12);
}
