import type { Secret } from "../secret/secret.ts";

/**
 * What is asked of a store: one remote key, at one version or the newest. A property inside the value is not part of it:
 * however many properties are wanted, the key is read once. Results come back under the very objects that were passed.
 */
export interface Ref {
  readonly key: string;
  /** As the store names versions; absent for the newest. */
  readonly version?: string;
  /** `metadata` asks for the key's labels or custom metadata in place of its value (ESO's `metadataPolicy: Fetch`). */
  readonly part?: "value" | "metadata";
}

/** A store's own name of a version: opaque, compared for equality only. */
export type Version = string;

/** A credential that lives as long as its lease. Durations in milliseconds, instants since the epoch. */
export interface Lease {
  readonly id: string;
  readonly renewable: boolean;
  readonly durationMillis: number;
  readonly issuedAt: number;
}

/** Whoever receives a Value owns its Secrets and disposes of them. */
export interface Value {
  /** The whole value; for stores that keep fields, their JSON object. */
  readonly value: Secret;
  /** For stores whose keys hold named values, each of them, byte for byte (a JSON string cannot carry every byte). */
  readonly properties?: ReadonlyMap<string, Secret>;
  readonly version: Version;
  readonly lease?: Lease;
  /** When the value stops working, where the store says so. */
  readonly notAfter?: Date;
}

/** Why one ref could not be read. */
export type StoreErrorReason =
  /** the key, or this version of it, does not exist */
  | "missing"
  /** the identity may not read it; trying again changes nothing until somebody grants it */
  | "denied"
  /** too many calls */
  | "throttled"
  /** the store is sealed, in standby, or in maintenance */
  | "sealed"
  /** no answer, or one that cannot be trusted: network, TLS, 5xx */
  | "unavailable"
  /** the login itself failed */
  | "unauthenticated"
  /** a write's condition does not hold: somebody else was faster */
  | "conflict"
  /** the ref or the store's specification makes no sense to this store */
  | "invalid";

export interface StoreError {
  readonly error: StoreErrorReason;
  /** The store's own words, bounded, without a value. */
  readonly message: string;
  readonly retryAfterMillis?: number;
}

export type Answer = Value | StoreError;
export type Read = Answer | "unchanged";

export const isStoreError = (read: Read): read is StoreError => typeof read === "object" && "error" in read;
export const isValue = (read: Read): read is Value => typeof read === "object" && "value" in read;

/** What `find` looks for. The name pattern is RE2 text; every given condition must hold. */
export interface Query {
  readonly path?: string;
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A write happens only if the condition holds: the remote version is this one, or there is none. */
export type WriteCondition = { readonly ifVersion: Version } | { readonly ifAbsent: true };

/**
 * A manager as an identity sees it. Optional methods are capabilities: a caller asks whether they are there,
 * and a store never has one that silently does nothing.
 */
export interface Store {
  /** How many refs one call of the manager carries, so 1 where each is a call of its own; absent for no opinion. */
  readonly batchSize?: number;
  /**
   * How old "unchanged" may be that this store says of a known version, in milliseconds; absent where it is exact. Who wants
   * it younger tells no version, and the value is read.
   */
  readonly lagMillis?: number;
  /**
   * Reads a batch. Each ref gets its own entry; a bad one never throws for the others. `known` holds versions whose
   * values the caller still has: those may come back as "unchanged". Rejects only when the signal aborts.
   */
  read(refs: readonly Ref[], known: ReadonlyMap<Ref, Version>, signal: AbortSignal): Promise<Map<Ref, Read>>;
  /** Whether the store answers and the identity can log in; undefined when all is well. */
  validate(signal: AbortSignal): Promise<StoreError | undefined>;
  find?(query: Query, signal: AbortSignal): AsyncIterable<Ref>;
  write?(
    ref: Ref,
    value: Secret,
    condition: WriteCondition | undefined,
    signal: AbortSignal,
  ): Promise<Version | StoreError>;
  remove?(ref: Ref, signal: AbortSignal): Promise<StoreError | undefined>;
  versions?(key: string, signal: AbortSignal): AsyncIterable<Version>;
  renew?(lease: Lease, signal: AbortSignal): Promise<Lease | StoreError>;
  revoke?(lease: Lease, signal: AbortSignal): Promise<StoreError | undefined>;
  /** Keys as they change, for stores that can tell. */
  watch?(signal: AbortSignal): AsyncIterable<Ref>;
  /** Ends connections and background renewals; logs out where the store has sessions. */
  close(): Promise<void>;
}
