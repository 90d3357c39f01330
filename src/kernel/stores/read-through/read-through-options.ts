import type { Clock } from "../../observe/clock.ts";
import type { StoreErrorReason } from "../store.ts";

/** Bytes of cached values, keys and bookkeeping. A value that is larger than `perIdentity` is handed out, not kept. */
export interface ByteBounds {
  readonly total: number;
  /** A tenant is whoever pays for a store: by default the namespace of the store, or else of the asking object. */
  readonly perTenant: number;
  readonly perIdentity: number;
}

/** How many batches of one store may be under way at once; grows by one for each window of good answers, halves on bad ones. */
export interface ConcurrencyBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** Pauses in milliseconds: the n-th lasts between half and the whole of `base * 2^(n-1)`, at most `cap`. */
export interface BackOffBounds {
  readonly base: number;
  readonly cap: number;
}

export interface ReadThroughOptions {
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** How long the first of several asks waits for the others, in milliseconds. */
  readonly windowMillis: number;
  /** The same soon after a call that carries many refs: a fuller batch a little later costs fewer calls than two now. */
  readonly gatherMillis: number;
  /** Refs in one batch where the store doesn't say (`Store.batchSize`). */
  readonly batchSize: number;
  /** A batch that takes longer is given up and answered with `unavailable`, in milliseconds. */
  readonly timeoutMillis: number;
  readonly bytes: ByteBounds;
  readonly concurrency: ConcurrencyBounds;
  readonly backOff: BackOffBounds;
  /** For how long "no" is remembered, in milliseconds, at most as long as the asker's `maxAgeMillis`. */
  readonly negativeMillis: Readonly<Record<StoreErrorReason, number>>;
  /** An identity that nobody used for so long is closed by `sweep`, in milliseconds. */
  readonly idleMillis: number;
}

const MIB = 1024 * 1024;

export const readThroughDefaults: Omit<ReadThroughOptions, "clock" | "random"> = {
  windowMillis: 3,
  gatherMillis: 200,
  batchSize: 100,
  timeoutMillis: 60_000,
  bytes: { total: 64 * MIB, perTenant: 16 * MIB, perIdentity: 8 * MIB },
  concurrency: { initial: 8, min: 1, max: 64 },
  backOff: { base: 1_000, cap: 60_000 },
  negativeMillis: {
    missing: 10_000,
    denied: 10_000,
    invalid: 10_000,
    conflict: 0,
    unauthenticated: 10_000,
    throttled: 1_000,
    sealed: 5_000,
    unavailable: 2_000,
  },
  idleMillis: 600_000,
};
