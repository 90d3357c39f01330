import type { ExternalSecretSpec } from "../model/external-secret-spec.ts";
import { isSought, type Sought, type Wanted } from "./wanted.ts";

/** Interval where none is set: upstream's CRD default, applied here so that no default is written into objects. */
export const DEFAULT_REFRESH_MILLIS = 3_600_000;

export interface DueFacts {
  readonly refreshPolicy: ExternalSecretSpec["refreshPolicy"];
  /** As parsed from the spec; zero or less means once. */
  readonly refreshMillis: number;
  /** What `status.syncedResourceVersion` says, and what it would be now. */
  readonly syncedVersion: string | undefined;
  readonly currentVersion: string;
  /** Our own memory of the last refresh, or else `status.refreshTime`, which is persisted more seldom. */
  readonly refreshedAt: number | undefined;
  /** The target is there and as it was written, so far as we can tell. */
  readonly targetIntact: boolean;
}

/** Whether to read from the store now, else in how many milliseconds; `undefined` only when something changes. */
export type Due =
  | { readonly now: true; readonly first: boolean }
  | { readonly now: false; readonly inMillis: number | undefined };

/**
 * Pure. The rules of upstream's refresh policies: CreatedOnce never again after the first sync; OnChange when the object
 * changed; Periodic (the default) when the interval is over or the object changed, and with an interval of zero once.
 * A target that is gone or was tampered with is repaired under every policy.
 */
export function dueOf(facts: DueFacts, now: number): Due {
  const first = facts.syncedVersion === undefined || facts.syncedVersion === "";
  if (first || !facts.targetIntact) return { now: true, first };
  if (facts.refreshPolicy === "CreatedOnce") return { now: false, inMillis: undefined };
  const once = facts.refreshPolicy !== "OnChange" && facts.refreshMillis <= 0;
  if (once) return { now: false, inMillis: undefined };
  if (facts.syncedVersion !== facts.currentVersion) return { now: true, first: false };
  if (facts.refreshPolicy === "OnChange") return { now: false, inMillis: undefined };
  // A time in the future comes from another clock and tells nothing.
  if (facts.refreshedAt === undefined || facts.refreshedAt > now) return { now: true, first: false };
  const remaining = facts.refreshedAt + facts.refreshMillis - now;
  return remaining <= 0 ? { now: true, first: false } : { now: false, inMillis: remaining };
}

/**
 * Pure. Where in the spread of appointments an object has its place, in [0, 1): by the first key that it wants, so that
 * objects of one key stay together, which makes their reads one, while those of different keys drift apart.
 */
export function phaseOf([first]: readonly (Wanted | Sought)[]): number {
  if (first === undefined) return 0;
  const { store } = first;
  const key = isSought(first) ? JSON.stringify([first.find.path, first.find.name?.regexp]) : first.ref.key;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${store.kind}/${store.name}/${key}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  // FNV-1a leaves its first bits to the last bytes; this mixes them, or keys that end alike would come together.
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/**
 * Pure. Milliseconds until the next turn of all objects with this period and phase: instants that depend on nothing else,
 * so that objects which were created at different times come together, and one read serves them all.
 */
export function untilNextTurn(period: number, phase: number, now: number): number {
  const since = (now - phase * period) % period;
  return Math.max(1, period - since);
}

/**
 * Pure. The appointment for the next refresh: the interval less up to a tenth of it, so that objects which were created or
 * restarted together drift apart (upstream refreshes them all at once for ever).
 */
export function jittered(millis: number, random: number): number {
  return Math.max(1, Math.round(millis * (1 - random * 0.1)));
}
