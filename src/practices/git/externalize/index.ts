export {
  type CheckedFile,
  checkRemote,
  type ExternalizePorts,
  type FileOutcome,
  moveFile,
  obstaclesOf,
} from "./externalize.ts";
export type { MovableSecret, Naming, UnmovedSecret } from "./model.ts";
export { type FilePlan, type FilePlans, planFiles } from "./plan-files.ts";
export type { RemoteState } from "./remote-values.ts";
