import type { Secret } from "./secret.ts";

/** A small map of secret values that several processes share, such as one Kubernetes Secret. */
export interface SecretRecord {
  /** For messages, such as `kustody-system/kustody-tls`. */
  readonly name: string;
  /** Undefined where there is none. */
  read(signal?: AbortSignal): Promise<StoredRecord | undefined>;
  /**
   * Replaces the whole of it, if it still is at `ifVersion`; undefined stands for "there is none yet".
   * Errors: KST_RECORD_CONFLICT when somebody else was first.
   */
  write(data: SecretValues, ifVersion: string | undefined, signal?: AbortSignal): Promise<StoredRecord>;
  /** What is there now, then each later state; undefined when it was deleted. Reconnects by itself; ends with the signal. */
  watch(signal: AbortSignal): AsyncIterable<StoredRecord | undefined>;
}

export type SecretValues = Readonly<Record<string, Secret>>;

export interface StoredRecord {
  readonly data: SecretValues;
  /** Compared for equality only. */
  readonly version: string;
}
