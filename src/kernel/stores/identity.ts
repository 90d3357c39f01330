import { createHash } from "node:crypto";

/**
 * On whose behalf a store is read: the effective identity, after referent resolution. Caches and coalescing are per
 * identity, so that what one tenant may read is never served to another.
 */
export interface Identity {
  /** The store object; its uid and generation make an edited or recreated store another identity. */
  readonly store: {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
  };
  /** The namespace whose object asks, where credentials are taken from it (referent authentication); else absent. */
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly role?: string;
  readonly audiences?: readonly string[];
}

/** One string for one identity, for use as a map key. Hashed, so that no separator in a name can forge another. It is no secret. */
export function identityKey(identity: Identity): string {
  const { store } = identity;
  const parts = [
    store.kind,
    store.namespace ?? null,
    store.name,
    store.uid,
    store.generation,
    identity.namespace ?? null,
  ];
  const more = [identity.serviceAccount ?? null, identity.role ?? null, identity.audiences ?? null];
  return createHash("sha256")
    .update(JSON.stringify([...parts, ...more]))
    .digest("base64url");
}
