import { KustodyError } from "../../../kernel/errors.ts";
import type { ObjectRef, OwnerReference } from "../../../kernel/kube/object/object-meta.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { DATA_HASH_ANNOTATION, fieldManagerOf } from "../model/names.ts";
import type { ExternalSecret } from "../model/resources.ts";
import type { ObservedTarget } from "./observed-target.ts";
import type { FailedStep } from "./outcome.ts";
import type { ParsedExternalSecret } from "./parsed-external-secret.ts";
import { type DesiredTarget, type Metadata, planTarget, type TargetChange, targetMetadata } from "./plan-target.ts";
import type { FetchedTarget, SyncPorts, TargetWrite, Written } from "./ports.ts";
import { hasMarksBeyond, type Marks, NO_MARKS, staleMarks } from "./stale-marks.ts";
import type { SyncMemory } from "./sync-memory.ts";
import { printsOf, type TargetData } from "./target-data.ts";

export type TargetResult =
  | { readonly kind: "unchanged" | "created" | "updated" | "missing" }
  | { readonly kind: "refused"; readonly step: FailedStep; readonly cause: string };

export interface TargetJob {
  readonly externalSecret: ExternalSecret;
  readonly parsed: ParsedExternalSecret;
  readonly data: TargetData;
  /** What its template gave; undefined where it has none. */
  readonly templated: Metadata | undefined;
  /** Whether the object has changed since it was last synced, or its templates may give other names: only then labels and annotations can have become stale. */
  readonly changed: boolean;
}

/** Somebody changes the target again and again: the work queue tries later. */
const ATTEMPTS = 4;

/**
 * Makes the target what it should be, with at most one write where nobody interferes.
 *
 * Flow: (1) decide from what the watch shows → (2) only where that isn't enough, read the Secret with its values: somebody
 * else's Secret stands there, somebody else's keys are in it, labels may have become stale, or somebody was faster → (3) write with the version that was
 * decided upon as a precondition; if it doesn't hold, begin again at (2).
 * Guarantees: keys that others wrote stay; nothing is written where all is as desired; a write never overwrites what it
 * hasn't seen.
 */
export async function writeTarget(
  job: TargetJob,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<TargetResult> {
  const ref = targetRef(job);
  const prints = printsOf(job.data.entries, ports.printKey);
  const seen = memory.target(ref, ports.cluster.target(ref));
  for (let attempt = 1; ; attempt++) {
    const known = attempt === 1 ? fromWatch(job, seen, prints, memory) : undefined;
    using fetched = known === undefined ? await fetchTarget(job, ports, signal) : undefined; // (2)
    const basis = known ?? fromFetch(job, fetched, prints);
    try {
      return await carryOut(job, basis, prints, ports, memory, signal); // (3)
    } catch (error) {
      const raced = error instanceof KustodyError && RACED.has(error.code);
      if (!raced || attempt === ATTEMPTS) throw error;
      memory.forgetTarget(ref);
    }
  }
}

const RACED: ReadonlySet<string> = new Set(["KST_KUBE_EXISTS", "KST_KUBE_CONFLICT", "KST_KUBE_NOT_FOUND"]);

/** What a decision stands on. */
interface Basis {
  readonly observed: ObservedTarget | undefined;
  /** HMACs of keys that others wrote. */
  readonly foreign: Readonly<Record<string, string>>;
  readonly hash: string;
  /** What we once wrote and the target is no longer to have. */
  readonly stale: Marks;
}

/** (1) What the watch shows, or undefined where that is not enough. */
function fromWatch(
  job: TargetJob,
  observed: ObservedTarget | undefined,
  prints: Readonly<Record<string, string>>,
  memory: SyncMemory,
): Basis | undefined {
  const { parsed, data, externalSecret } = job;
  // An unmanaged Secret is not watched: under Merge it is the rule, otherwise creating it will tell.
  if (observed === undefined) {
    const mayExist = parsed.creationPolicy === "Merge" || parsed.creationPolicy === "CreateOrMerge";
    return mayExist ? undefined : { observed, foreign: {}, hash: data.hash(), stale: NO_MARKS };
  }
  if (job.changed && hasMarksBeyond(observed, marksOf(job, ""))) return undefined;
  const ref = { namespace: externalSecret.metadata.namespace ?? "", name: parsed.targetName };
  const others = Object.keys(observed.prints).filter((key) => !(key in prints));
  if (others.length === 0) return { observed, foreign: {}, hash: data.hash(), stale: NO_MARKS };
  const foreignKeys = memory.foreignKeys(ref, observed);
  const hash = observed.annotations[DATA_HASH_ANNOTATION];
  const settled = Object.entries(prints).every(([key, print]) => observed.prints[key] === print);
  const usable = others.every((key) => foreignKeys.has(key)) && settled && observed.hashMatches && hash !== undefined;
  return usable ? { observed, foreign: pick(observed.prints, others), hash, stale: NO_MARKS } : undefined;
}

function fromFetch(
  job: TargetJob,
  fetched: FetchedTarget | undefined,
  prints: Readonly<Record<string, string>>,
): Basis {
  const { data } = job;
  if (fetched === undefined) return { observed: undefined, foreign: {}, hash: data.hash(), stale: NO_MARKS };
  const foreign = new Map([...fetched.data].filter(([key]) => !(key in prints) && !fetched.own.data.has(key)));
  return {
    observed: fetched.observed,
    foreign: pick(fetched.observed.prints, [...foreign.keys()]),
    hash: data.hash(foreign),
    stale: staleMarks(fetched.observed, marksOf(job, ""), fetched.own),
  };
}

async function fetchTarget(job: TargetJob, ports: SyncPorts, signal: AbortSignal): Promise<FetchedTarget | undefined> {
  return await ports.writes.fetchTarget(targetRef(job), fieldManagerOf(job.externalSecret.metadata.name), signal);
}

async function carryOut(
  job: TargetJob,
  { observed, foreign, hash, stale }: Basis,
  prints: Readonly<Record<string, string>>,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<TargetResult> {
  const { parsed, externalSecret, data } = job;
  const metadata = marksOf(job, hash);
  const { type } = parsed.spec.target?.template ?? {};
  const desired = {
    ...metadata,
    type: type || undefined,
    immutable: parsed.immutable,
    prints: { ...foreign, ...prints },
  };
  const { creationPolicy } = parsed;
  const hasStaleMarks = stale.labels.length + stale.annotations.length > 0;
  const change = planTarget({ creationPolicy, owner: ownerOf(externalSecret), desired, observed, hasStaleMarks });
  const ref = targetRef(job);
  if (observed !== undefined && Object.keys(foreign).length > 0) {
    memory.rememberForeignKeys(ref, observed.resourceVersion, new Set(Object.keys(foreign)));
  }
  if (change.kind === "none") return { kind: "unchanged" };
  if (change.kind === "missing") return { kind: "missing" };
  if (change.kind === "refuse") return { kind: "refused", step: change.step, cause: change.cause };
  const write: TargetWrite = {
    ...ref,
    fieldManager: fieldManagerOf(externalSecret.metadata.name),
    labels: metadata.labels,
    annotations: metadata.annotations,
    type: desired.type ?? observed?.type ?? "Opaque",
    stale,
    owners: change.owners.length > 0 || (observed?.owners.length ?? 0) > 0 ? change.owners : undefined,
    data: dataOf(data.entries, prints, observed, change),
    immutable: parsed.immutable,
  };
  const written =
    change.kind === "create"
      ? await ports.writes.createTarget(write, signal)
      : await ports.writes.updateTarget(write, change.resourceVersion, signal);
  memory.targetWritten(ref, afterWrite(write, written, desired.prints, observed));
  memory.rememberForeignKeys(ref, written.resourceVersion, new Set(Object.keys(foreign)));
  return { kind: change.kind === "create" ? "created" : "updated" };
}

/** All entries of a new Secret; of one that is there, those that differ, and null for those that are to go. */
function dataOf(
  entries: ReadonlyMap<string, Secret>,
  prints: Readonly<Record<string, string>>,
  observed: ObservedTarget | undefined,
  change: TargetChange,
): Record<string, Secret | null> {
  const data: Record<string, Secret | null> = {};
  for (const [key, value] of entries) if (observed?.prints[key] !== prints[key]) data[key] = value;
  if (change.kind === "update") for (const key of change.extraKeys) data[key] = null;
  return data;
}

function afterWrite(
  write: TargetWrite,
  written: Written,
  prints: Readonly<Record<string, string>>,
  before: ObservedTarget | undefined,
): ObservedTarget {
  return {
    ...written,
    type: before?.type ?? write.type,
    immutable: write.immutable || before?.immutable === true,
    labels: without(write.stale.labels, { ...before?.labels, ...write.labels }),
    annotations: without(write.stale.annotations, { ...before?.annotations, ...write.annotations }),
    owners: write.owners ?? [],
    prints,
    hashMatches: true,
  };
}

function without(names: readonly string[], all: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (names.length === 0) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

/** The labels and annotations that the target is to have. */
function marksOf(
  { externalSecret, parsed, templated }: TargetJob,
  hash: string,
): Pick<DesiredTarget, "labels" | "annotations"> {
  const { namespace = "", name, labels, annotations } = externalSecret.metadata;
  return targetMetadata({ namespace, name, labels, annotations }, templated, parsed.creationPolicy, hash);
}

function targetRef({
  externalSecret,
  parsed,
}: TargetJob): { readonly namespace: string; readonly name: string } & ObjectRef {
  return { namespace: externalSecret.metadata.namespace ?? "", name: parsed.targetName };
}

/** As controller-runtime's SetControllerReference writes it. */
export function ownerOf({ apiVersion, kind, metadata }: ExternalSecret): OwnerReference {
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function pick(all: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, all[key] ?? ""]));
}
