import { KustodyError } from "../../../kernel/errors.ts";
import { refOf } from "../../../kernel/kube/object/object-meta.ts";
import type { Next } from "../../../kernel/kube/queue/reconcile.ts";
import { CLEANUP_FINALIZER } from "../model/names.ts";
import type { ExternalSecret } from "../model/resources.ts";
import { cleanUp, removeOrphans } from "./clean-up.ts";
import { dueOf, jittered, phaseOf, untilNextTurn } from "./due.ts";
import { nextStatus } from "./next-status.ts";
import type { Outcome } from "./outcome.ts";
import { type ParsedExternalSecret, parseExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import type { SyncPorts } from "./ports.ts";
import type { Remembered, SyncMemory } from "./sync-memory.ts";
import { type Synced, type SyncJob, syncOnce } from "./sync-once.ts";
import { usableStores } from "./usable-stores.ts";

const ON_CHANGE: Next = { look: "on-change" };
/** At once, but after all that is urgent. */
const AT_LEISURE: Next = { look: "in", millis: 0 };
/** A Secret that creationPolicy Merge waits for is nobody's that we watch, so it is looked for now and then. */
const MERGE_POLL_MILLIS = 30_000;
/** The share of the interval within which a value that was read for others still counts, and by which refreshes drift apart. */
const SHARED = 0.1;

/**
 * Brings the target of one ExternalSecret to what the stores say.
 *
 * Flow: (1) another class's stores: leave it alone → (2) being deleted: clean up → (3) mistakes and what is not supported:
 * say so, touch nothing → (4) due? else say when → (5) guard it with the finalizer,
 * before or after → (6) read, assemble and write
 * (`syncOnce`) → (7) status and event, if they would say anything new.
 * Guarantees: at most four requests when something changed (finalizer, Secret, status, Event) and none when nothing did;
 * the target is never touched unless everything that the spec wants was read; errors name the place in the spec and the
 * store, never a value.
 * Assumptions: never called twice at a time for one key.
 * Caveats: what the watches show may be some milliseconds old; every write has a precondition or can be repeated.
 * Errors: a failed sync has set the condition and then throws, so that the queue tries again with back-off.
 */
export async function reconcileExternalSecret(
  key: string,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<Next> {
  const object = ports.cluster.externalSecret(refOf(key));
  if (object === undefined) {
    memory.forget(key);
    return ON_CHANGE;
  }
  const parsed = parseExternalSecret(object);
  const { mistakes, unsupported, wanted } = wantsOfParsed(parsed);
  const stores = usableStores(object, wanted, ports.cluster, ports.options.controllerClass);
  if (stores.kind === "foreign") return ON_CHANGE; // (1)
  const remembered = memory.of(key, ports.clock.now());
  if (object.metadata.deletionTimestamp !== undefined) {
    await cleanUp(object, parsed, ports, memory, signal); // (2)
    return ON_CHANGE;
  }
  if (mistakes.length + unsupported.length > 0) {
    const cause = [...mistakes, ...unsupported.map((field) => `${field} is not supported yet`)].join("; ");
    await conclude(object, { outcome: failure("unsupported", cause) }, parsed, remembered, ports, memory, signal); // (3)
    return ON_CHANGE;
  }
  const due = whenDue(object, parsed, remembered, ports, memory);
  if (due !== "now") {
    await guard(object, remembered, ports, false, signal); // (5)
    return due; // (4)
  }
  const guardFirst = parsed.deletionPolicy === "Delete" || ports.options.lookAtAll === true;
  if (guardFirst) await guard(object, remembered, ports, true, signal); // (5)
  const changed = memory.statusOf(object, remembered)?.syncedResourceVersion !== parsed.version;
  const maxAgeMillis = maxAge(changed, parsed, remembered, ports);
  const job = { object, parsed, wanted, stores, maxAgeMillis, changed };
  const synced = await syncOnce(job, ports, memory, signal); // (6)
  if (synced.outcome.kind !== "failed") await removeOrphans(object, parsed, ports, memory, signal);
  await conclude(object, synced, parsed, remembered, ports, memory, signal); // (7)
  const next = nextLook(synced, job, remembered, ports);
  return isGuarded(object, remembered) ? next : AT_LEISURE;
}

function whenDue(
  object: ExternalSecret,
  parsed: ParsedExternalSecret,
  remembered: Remembered,
  ports: SyncPorts,
  memory: SyncMemory,
): Next | "now" {
  const now = ports.clock.now();
  const { refused } = remembered;
  remembered.refused = false;
  if (refused) return "now";
  const status = memory.statusOf(object, remembered);
  const { refreshMillis } = parsed;
  const persisted = Date.parse(status?.refreshTime ?? "");
  const facts = {
    refreshPolicy: parsed.spec.refreshPolicy,
    refreshMillis,
    syncedVersion: status?.syncedResourceVersion,
    currentVersion: parsed.version,
    refreshedAt: remembered.dueAt === undefined ? numberOr(persisted) : remembered.dueAt - refreshMillis,
    ...targetState(object, parsed, ports, memory),
  };
  // A failure is tried again when the queue says so, whatever the interval.
  const failed = remembered.failedAt !== undefined || lastFailed(status?.conditions);
  const due = dueOf(failed ? { ...facts, refreshedAt: undefined } : facts, now);
  const lookedAt = remembered.dueAt !== undefined;
  if (!due.now && ports.options.lookAtAll && !lookedAt) return "now";
  if (!due.now) return due.inMillis === undefined ? ON_CHANGE : { look: "in", millis: due.inMillis };
  const onlyOverdue = !dueOf({ ...facts, refreshedAt: now }, now).now;
  if (remembered.dueAt !== undefined || failed || !onlyOverdue || ports.options.lookAtAll) return "now";
  // A process that has just started finds all of them overdue: it doesn't read them all at once.
  const spread = phaseOf(wantsOfParsed(parsed).wanted) * refreshMillis * SHARED;
  remembered.dueAt = now + spread;
  return { look: "in", millis: spread };
}

function lastFailed(conditions: readonly { readonly type: string; readonly status: string }[] | undefined): boolean {
  return conditions?.some(({ type, status }) => type === "Ready" && status === "False") === true;
}

function targetState(object: ExternalSecret, parsed: ParsedExternalSecret, ports: SyncPorts, memory: SyncMemory) {
  const ref = { namespace: object.metadata.namespace ?? "", name: parsed.targetName };
  const observed = memory.target(ref, ports.cluster.target(ref));
  // Nobody can change the data of an immutable Secret; what the store says of it by now is told at each refresh.
  const frozen = parsed.immutable && observed?.immutable === true;
  const needless = parsed.creationPolicy === "None";
  return { targetIntact: needless || frozen || observed?.hashMatches === true };
}

/** How old a value may be. What a user did before a change of the object must be seen; a refresh shares with its neighbours. */
function maxAge(changed: boolean, parsed: ParsedExternalSecret, remembered: Remembered, ports: SyncPorts): number {
  const now = ports.clock.now();
  const sinceFailure = remembered.failedAt === undefined ? Number.POSITIVE_INFINITY : now - remembered.failedAt;
  // One that waited for its turn is content with what was read since it was due, as its neighbours were.
  const late = repeats(parsed) && remembered.dueAt !== undefined ? Math.max(0, now - remembered.dueAt) : 0;
  const share = changed ? now - remembered.changedAt : parsed.refreshMillis * SHARED + late;
  return Math.max(0, Math.min(share, sinceFailure));
}

function isGuarded({ metadata }: ExternalSecret, remembered: Remembered): boolean {
  return metadata.finalizers?.includes(CLEANUP_FINALIZER) === true || remembered.guarded === (metadata.uid ?? "");
}

/**
 * (5) The finalizer. It decides something only under deletionPolicy Delete, where it comes before the first write, so that
 * nothing is left behind when the object is deleted meanwhile. Otherwise the target goes by its owner reference, and the
 * finalizer, which is there for parity, doesn't keep anybody waiting for Ready.
 */
async function guard(
  object: ExternalSecret,
  remembered: Remembered,
  ports: SyncPorts,
  needed: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (isGuarded(object, remembered)) return;
  await ports.writes.addCleanup(object, needed, signal);
  remembered.guarded = object.metadata.uid ?? "";
}

/** (7) */
async function conclude(
  object: ExternalSecret,
  { outcome, news }: Synced,
  parsed: ParsedExternalSecret,
  remembered: Remembered,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<void> {
  const now = ports.clock.now();
  const { namespace = "", name } = object.metadata;
  const exists = outcome.kind === "synced" && parsed.creationPolicy !== "None";
  const facts = {
    outcome,
    version: parsed.version,
    binding: exists ? parsed.targetName : undefined,
    heartbeatMillis: ports.options.heartbeatMillis,
  };
  const before = memory.statusOf(object, remembered);
  const patch = nextStatus(before, facts, now);
  if (patch !== undefined) {
    const resourceVersion = await ports.writes.patchStatus(object, patch, signal);
    remembered.status = { value: { ...before, ...patch }, resourceVersion };
  }
  for (const one of news ?? []) ports.writes.tell(object, one);
  const failed = outcome.kind === "failed";
  if (failed) ports.metrics.failed({ namespace, name });
  else ports.metrics.synced({ namespace, name });
  ports.metrics.condition({ namespace, name }, { type: "Ready", status: failed ? "False" : "True" });
}

function nextLook(
  synced: Synced,
  { parsed, wanted, changed }: SyncJob,
  remembered: Remembered,
  ports: SyncPorts,
): Next {
  const now = ports.clock.now();
  if (synced.outcome.kind === "failed") {
    remembered.failedAt = now;
    throw new KustodyError("KST_SYNC_FAILED", synced.outcome.cause, { retry: synced.retry ?? "backoff" });
  }
  remembered.failedAt = undefined;
  const { refreshMillis } = parsed;
  if (synced.outcome.kind === "missing") return { look: "in", millis: MERGE_POLL_MILLIS };
  // Earlier by as much as a shared value may be old: no value ever lags more than the interval behind its store.
  const latest = Math.min(now, synced.readAt ?? now) + refreshMillis * (1 - SHARED);
  const period = jittered(refreshMillis * (1 - SHARED), phaseOf(wanted));
  remembered.dueAt = Math.min(latest, changed ? now + period : now + untilNextTurn(period, phaseOf(wanted), now));
  return repeats(parsed) ? { look: "in", millis: Math.max(1, remembered.dueAt - now) } : ON_CHANGE;
}

function repeats({ spec, refreshMillis }: ParsedExternalSecret): boolean {
  return (spec.refreshPolicy ?? "Periodic") === "Periodic" && refreshMillis > 0;
}

function failure(step: "unsupported", cause: string): Outcome {
  return { kind: "failed", step, cause };
}

const numberOr = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
