export { MANAGER_CRDS } from "./crds.ts";
export {
  ClusterSecretStores,
  ExternalSecrets,
  type SecretStore,
  SecretStores,
  StorePolicies,
} from "./model/resources.ts";
export { managers } from "./station.ts";
export { createClusterWrites } from "./sync/apply.ts";
export { admits } from "./sync/namespace-match.ts";
export type { StoreReaders, StoreVerdict } from "./sync/ports.ts";
export { permitsOf } from "./sync/store-permits.ts";
export { SyncEngine } from "./sync/sync-engine.ts";
export type { ObjectLabels, SyncMetrics } from "./sync/sync-metrics.ts";
export { storeKey } from "./sync/wanted.ts";
export { type Difference, wouldChange } from "./sync/would-change.ts";
export { applyTakeover } from "./takeover/apply.ts";
export type { TakeoverPlan } from "./takeover/model.ts";
export { observeEso } from "./takeover/observe.ts";
export { describeChange, planTakeover } from "./takeover/plan.ts";
export { type SyncStatus, syncStatus } from "./takeover/sync-status.ts";
