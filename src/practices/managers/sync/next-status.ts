import type { Condition, ExternalSecretStatus } from "../model/external-secret-spec.ts";
import { type Outcome, readyConditionOf } from "./outcome.ts";

export interface StatusFacts {
  readonly outcome: Outcome;
  /** `syncedResourceVersionOf` the object that was synced. */
  readonly version: string;
  /** Name of the target, where it exists now. */
  readonly binding: string | undefined;
  /** How old `refreshTime` may become before it is written again though nothing else changed; 0 writes it every time. */
  readonly heartbeatMillis: number;
}

/**
 * Pure. The status patch that a sync calls for, or undefined where the status would not change: `refreshTime` alone is no
 * reason to write until it is older than the heartbeat, which is what keeps etcd quiet while nothing happens.
 */
export function nextStatus(
  current: ExternalSecretStatus | undefined,
  facts: StatusFacts,
  now: number,
): ExternalSecretStatus | undefined {
  const ready = readyConditionOf(facts.outcome);
  const conditions = withCondition(current?.conditions ?? [], { type: "Ready", ...ready }, now);
  if (ready.status === "False") return conditions === current?.conditions ? undefined : { conditions: [...conditions] };
  const refreshTime = current?.refreshTime ?? undefined;
  const fresh = refreshTime !== undefined && now - Date.parse(refreshTime) < facts.heartbeatMillis;
  const same =
    fresh &&
    conditions === current?.conditions &&
    current.syncedResourceVersion === facts.version &&
    (facts.binding === undefined || current.binding?.name === facts.binding);
  if (same) return undefined;
  return {
    refreshTime: seconds(now),
    syncedResourceVersion: facts.version,
    conditions: [...conditions],
    ...(facts.binding === undefined ? {} : { binding: { name: facts.binding } }),
  };
}

/** `conditions` itself when `next` changes nothing; a transition time changes only with the status, as the API conventions say. */
export function withCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, "lastTransitionTime">,
  now: number,
): readonly Condition[] {
  const present = conditions.find(({ type }) => type === next.type);
  const unchanged =
    present !== undefined &&
    present.status === next.status &&
    present.reason === next.reason &&
    present.message === next.message;
  if (unchanged) return conditions;
  const kept = present?.status === next.status ? present.lastTransitionTime : undefined;
  const condition = { ...next, lastTransitionTime: kept ?? seconds(now) };
  return present === undefined
    ? [...conditions, condition]
    : conditions.map((one) => (one === present ? condition : one));
}

/** RFC 3339 in whole seconds, as metav1.Time prints it. */
export function seconds(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19)}Z`;
}
