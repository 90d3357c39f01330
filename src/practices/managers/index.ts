import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { CLUSTER_SECRET_CHECKS } from "./checks.ts";
import { clusterSecretsOf } from "./cluster-secret.ts";

/** Practice 2: external managers own the secret. */
export const managers: PracticeStation = {
  practice: "managers",
  needs: "needs a cluster",
  parts: [part(clusterSecretsOf, CLUSTER_SECRET_CHECKS)],
};

export { type SecretStore, StorePolicies } from "./model/resources.ts";
export { createClusterWrites } from "./sync/apply.ts";
export type { StoreReaders, StoreVerdict } from "./sync/ports.ts";
export { SyncEngine } from "./sync/sync-engine.ts";
export type { ObjectLabels, SyncMetrics } from "./sync/sync-metrics.ts";
export { storeKey } from "./sync/wanted.ts";
export { type Difference, wouldChange } from "./sync/would-change.ts";
export { applyTakeover } from "./takeover/apply.ts";
export type { TakeoverPlan } from "./takeover/model.ts";
export { observeEso } from "./takeover/observe.ts";
export { describeChange, planTakeover } from "./takeover/plan.ts";
export { type SyncStatus, syncStatus } from "./takeover/sync-status.ts";
