import type { ObjectProblem } from "../../../../kernel/git/objects/object-problem.ts";
import type { FoundPlaces } from "./blob-scan.ts";
import type { SentRules } from "./rule-transfer.ts";

/** What a thread is given. Memory in it is shared with the others. */
export interface WorkerTask {
  readonly objects: string;
  readonly hashLength: number;
  readonly rules: SentRules;
  readonly maxDecodeDepth: number;
  readonly allowComments: boolean;
  readonly largest: number;
  readonly lines: SharedArrayBuffer;
  readonly seen: SharedArrayBuffer;
  readonly threads: number;
  /** Of the HMAC; random for this run. */
  readonly key: Uint8Array;
  /** Counters for the shares of each pack, and of the loose objects. */
  readonly shares: readonly SharedArrayBuffer[];
  readonly loose: readonly string[];
}

/** What it tells. */
export type FromWorker =
  | {
      readonly kind: "batch";
      readonly blobs: number;
      readonly bytes: number;
      /** Names of hits with the numbers that follow those of the batches before. */
      readonly names: readonly string[];
      readonly found: readonly (readonly [id: string, places: FoundPlaces])[];
    }
  | { readonly kind: "problem"; readonly id: string; readonly problem: ObjectProblem }
  | { readonly kind: "end" };
