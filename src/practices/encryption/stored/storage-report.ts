import type { StoredKey } from "./stored-key.ts";

/** `current`: what new values are written with. `stale`: another key. `plain`: none. `damaged`: not what it claims to be. */
export type KeyState = "current" | "stale" | "plain" | "damaged";

/** How much is stored under one key. */
export interface KeyReport {
  readonly key: StoredKey;
  /** `sha256:` and the hash of the key id, as the API server's metrics name it. */
  readonly keyIdHash?: string;
  readonly state: KeyState;
  readonly objects: number;
  /** Different seeds, in short form and with how many objects each; at most a hundred are listed. */
  readonly seeds: readonly { readonly seed: string; readonly objects: number }[];
  readonly seedCount: number;
  /** The store's revision at which a value was last written with it. */
  readonly lastRevision: number;
}

/** Objects by name, as far as they are kept. */
export interface NamedObjects {
  readonly objects: number;
  /** `namespace/name`. */
  readonly names: readonly string[];
}

export interface ResourceReport {
  readonly resource: string;
  readonly objects: number;
  /** The key that new values are written with, and how that is known. */
  readonly current?: {
    readonly key: StoredKey;
    readonly knownBy: "newest write" | "configuration" | "metrics" | "proof";
  };
  readonly keys: readonly KeyReport[];
  readonly plain: NamedObjects;
  readonly stale: NamedObjects;
  readonly damaged: NamedObjects;
}

/** Old values that an attacker finds in a file besides the newest ones. Only of a snapshot or a data folder. */
export interface Residue {
  /** Versions that were replaced or deleted, and that compaction will remove. */
  readonly olderVersions: { readonly total: number; readonly plain: number; readonly stale: number };
  /** Unencrypted objects of these kinds in pages that are free and not overwritten yet; defragmentation removes them. */
  readonly freePages: { readonly bytes: number; readonly plain: number };
  /** The same in the write-ahead log, whose files go with time. */
  readonly wal?: { readonly files: number; readonly bytes: number; readonly plain: number };
}

/** What a walk over etcd or a snapshot shows, without any value. */
export interface StorageReport {
  readonly source: string;
  /** The store's revision up to which it was read. */
  readonly revision: number;
  readonly resources: readonly ResourceReport[];
  readonly residue?: Residue;
  /** Parts of the source that could not be read; the rest was. */
  readonly problems: readonly string[];
}
