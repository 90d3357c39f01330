/**
 * What other programs may import of Kustody: the currency (Finding, Secret, KustodyError), the catalogue of practices,
 * the Kubernetes client, and the lab for tests of one's own.
 */
export { CATALOG } from "./catalog.ts";
export { type ErrorCode, KustodyError, type Retry } from "./kernel/errors.ts";
export {
  type Finding,
  PRACTICES,
  type Practice,
  SEVERITIES,
  type Severity,
  type Subject,
} from "./kernel/finding/finding.ts";
export type { PracticeScore, Scorecard } from "./kernel/finding/scorecard.ts";
export { connectKube, type Kube } from "./kernel/kube/index.ts";
export { Secret } from "./kernel/secret/secret.ts";
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "./lab/index.ts";
