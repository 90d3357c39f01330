/** Which provider of an EncryptionConfiguration wrote a value; `identity` writes it as it is. */
export type StoredProvider = "identity" | "aescbc" | "aesgcm" | "secretbox" | "kms v1" | "kms v2" | "unknown";

/** What a value in etcd tells about its encryption without being decrypted. */
export interface StoredKey {
  readonly provider: StoredProvider;
  /** Of a KMS provider its name, of the others the key's name in the file; empty for identity. */
  readonly name: string;
  /** Which key of the KMS, in the plugin's own words; only KMS v2 says so. */
  readonly keyId?: string;
  /** KMS v2: whether each object has a key derived from a seed (since Kubernetes 1.29), or the wrapped key itself. */
  readonly dataKey?: "seed" | "key";
}

/** Unencrypted, unreadable as what it claims to be, or encrypted. */
export type StoredState = "plain" | "damaged" | "encrypted";

/** A key together with the wrapped seed below it. Equal ones are the same object, so that they can be counted. */
export interface StoredUse {
  readonly state: StoredState;
  readonly key: StoredKey;
  /** The first bytes of the SHA-256 of the wrapped seed: whoever unwraps it once reads all that share it. */
  readonly seed?: string;
}

/** Whether two values were written by the same key: what makes a value stale is another key, not another seed. */
export function sameKey(one: StoredKey, other: StoredKey): boolean {
  return (
    one.provider === other.provider &&
    one.name === other.name &&
    one.keyId === other.keyId &&
    one.dataKey === other.dataKey
  );
}
