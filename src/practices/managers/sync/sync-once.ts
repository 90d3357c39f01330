import type { Retry } from "../../../kernel/errors.ts";
import { toKustodyError } from "../../../kernel/errors.ts";
import type { Template } from "../model/external-secret-spec.ts";
import type { ExternalSecret } from "../model/resources.ts";
import { deleteEmptied } from "./clean-up.ts";
import { type Gathered, gather } from "./gather.ts";
import type { FailedStep, Outcome } from "./outcome.ts";
import type { ParsedExternalSecret } from "./parsed-external-secret.ts";
import { placeOf } from "./place-in-spec.ts";
import type { News, SyncPorts } from "./ports.ts";
import { readWanted } from "./read-wanted.ts";
import type { SyncMemory } from "./sync-memory.ts";
import { TargetData } from "./target-data.ts";
import { type FetchTemplates, renderTarget } from "./template/render-target.ts";
import type { RenderedTarget } from "./template/rendered-target.ts";
import { templateTargetOf } from "./template/template-steps.ts";
import type { UsableStores } from "./usable-stores.ts";
import type { Sought, Wanted } from "./wanted.ts";
import { writeTarget } from "./write-target.ts";

/** How one sync ended, and what is told about it. */
export interface Synced {
  readonly outcome: Outcome;
  readonly retry?: Retry;
  readonly news?: readonly News[];
  /** When the oldest of the values was read that it stands on. */
  readonly readAt?: number;
}

export interface SyncJob {
  readonly object: ExternalSecret;
  readonly parsed: ParsedExternalSecret;
  readonly wanted: readonly (Wanted | Sought)[];
  readonly stores: UsableStores;
  readonly maxAgeMillis: number;
  /** Whether the object has changed since it was last synced. */
  readonly changed: boolean;
}

/** Reads all that is wanted and, if it is all there, writes the target. Failures are results: it rejects only when `signal` aborts. */
export async function syncOnce(
  job: SyncJob,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<Synced> {
  const { object, parsed, wanted, stores, maxAgeMillis } = job;
  if (stores.kind !== "usable")
    return failed("read", stores.kind === "refused" ? stores.cause : "its store is another's");
  const { namespace = "" } = object.metadata;
  using data = new TargetData();
  let gathered: Gathered;
  let readAt: number;
  try {
    using answers = await readWanted(wanted, stores.stores, namespace, maxAgeMillis, ports, signal);
    ({ readAt } = answers);
    const renaming = { sources: ports.sources, signal };
    gathered = await gather(data, wanted, answers, parsed.deletionPolicy !== "Retain", renaming);
  } catch (error) {
    signal.throwIfAborted();
    const { message, retry } = toKustodyError(error);
    return failed("read", message, retry);
  }
  if (gathered.kind === "failed") return failed("read", gathered.cause, gathered.retry);
  const missing = gathered.missing.map(missingNews);
  try {
    const held = await whyHeld(job, [...gathered.missing, ...gathered.empty], ports, memory, signal);
    if (held !== undefined) {
      const told = news("Warning", "DeletionHeld", "Delete", held);
      return { ...failed("heldDeletion", held), news: [told] };
    }
    if (data.size === 0 && parsed.deletionPolicy === "Retain") {
      return { outcome: { kind: "retained" }, news: missing, readAt };
    }
    if (data.size === 0 && parsed.deletionPolicy === "Delete") {
      const news = await deleteEmptied(object, parsed, ports, memory, signal);
      return { outcome: { kind: "deleted" }, news: [...missing, ...news], readAt };
    }
    return { ...(await written(job, data, missing, ports, memory, signal)), readAt };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, retry } = toKustodyError(error);
    const isTemplates = code.startsWith("KST_TEMPLATE_");
    return failed(data.size === 0 && !isTemplates ? "delete" : "update", message, isTemplates ? "backoff" : retry);
  }
}

async function written(
  { object, parsed, changed }: SyncJob,
  data: TargetData,
  missing: readonly News[],
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<Synced> {
  if (parsed.creationPolicy === "None") return { outcome: { kind: "synced" }, news: missing };
  const { template } = parsed.spec.target ?? {};
  using rendered = template && (await rendering(object, template, data, ports, signal));
  const givesNames = template?.templateFrom?.some(({ target }) => templateTargetOf(target) !== "data") === true;
  const target = { data: rendered?.data ?? data, templated: rendered, changed: changed || givesNames };
  const result = await writeTarget({ externalSecret: object, parsed, ...target }, ports, memory, signal);
  switch (result.kind) {
    case "refused":
      return failed(result.step, result.cause);
    case "missing":
      return { outcome: { kind: "missing" }, news: missing };
    case "unchanged":
      return { outcome: { kind: "synced" }, news: missing };
    case "created":
      return { outcome: { kind: "synced" }, news: [...missing, news("Normal", "Created", "Create", "secret created")] };
    case "updated":
      return { outcome: { kind: "synced" }, news: [...missing, news("Normal", "Updated", "Update", "secret updated")] };
  }
}

/** Templates that fail are tried again: their values, or the objects that they are read from, may change. */
async function rendering(
  { metadata }: ExternalSecret,
  template: Template,
  values: TargetData,
  { writes, sources }: SyncPorts,
  signal: AbortSignal,
): Promise<RenderedTarget> {
  const { namespace = "" } = metadata;
  const fetch: FetchTemplates = (object, aborted) => writes.fetchTemplates(object, namespace, aborted);
  return await renderTarget(template, values, fetch, sources, signal);
}

/** A missing key, or a search that finds nothing, makes a target, or entries of it, go: unless too many are missing. */
async function whyHeld(
  { object, parsed, stores }: SyncJob,
  missing: readonly (Wanted | Sought)[],
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (missing.length === 0 || stores.kind !== "usable" || parsed.creationPolicy === "None") return undefined;
  const ref = { namespace: object.metadata.namespace ?? "", name: parsed.targetName };
  const nothingToLose = memory.target(ref, ports.cluster.target(ref)) === undefined;
  if (nothingToLose && parsed.creationPolicy !== "Merge") return undefined;
  for (const name of new Set(missing.map(({ store }) => `${store.kind}/${store.name}`))) {
    const store = stores.stores.get(name);
    const held = store === undefined ? undefined : await ports.brakes.hold(store, ports, signal);
    if (held !== undefined) return held;
  }
  return undefined;
}

function missingNews(wanted: Wanted): News {
  return news("Warning", "MissingProviderSecret", "Read", `secret does not exist at provider: ${placeOf(wanted)}`);
}

export function news(type: News["type"], reason: string, action: string, note: string): News {
  return { type, reason, action, note };
}

/** Every failure is told as an event too, as upstream does. */
function failed(step: FailedStep, cause: string, retry: Retry = "backoff"): Synced {
  return { outcome: { kind: "failed", step, cause }, retry, news: [news("Warning", "UpdateFailed", "Update", cause)] };
}
