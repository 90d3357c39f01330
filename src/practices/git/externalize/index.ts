export {
  type CheckedFile,
  checkRemote,
  type ExternalizePorts,
  type FileOutcome,
  moveFile,
  obstaclesOf,
} from "./externalize.ts";
export { writeReplacements } from "./history/apply.ts";
export { type HeldValue, heldValues } from "./history/held-value.ts";
export { rotationOrder, type ToRotate } from "./history/rotation-order.ts";
export { type BringingCommit, type HistoryOfValues, valuesInHistory } from "./history/values-in-history.ts";
export type { MovableSecret, Naming, UnmovedSecret } from "./model.ts";
export { type FilePlan, type FilePlans, planFiles } from "./plan-files.ts";
export type { RemoteState } from "./remote-values.ts";
