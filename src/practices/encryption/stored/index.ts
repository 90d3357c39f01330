/** What is really in etcd: how each value is encrypted, read without decrypting. */

export { describeKey, STORED_RULES, storedFindings } from "./findings.ts";
export { observeEtcd, observeSnapshot, type WalkOptions } from "./observe.ts";
export { objectName, type StoredResource, storedResource } from "./resources.ts";
export type { KeyReport, KeyState, Residue, ResourceReport, StorageReport } from "./storage-report.ts";
export { type StoredKey, type StoredState, type StoredUse, sameKey } from "./stored-key.ts";
export { keyIdHash, stateOf, type WritingKey } from "./tally.ts";
