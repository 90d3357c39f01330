import type { PracticeStation } from "./model/world/practice-station.ts";
import { access } from "./practices/access/index.ts";
import { encryption } from "./practices/encryption/index.ts";
import { git } from "./practices/git/index.ts";
import { isolation } from "./practices/isolation/index.ts";
// Not its index, which brings the operator: a check of files starts without it.
import { managers } from "./practices/managers/station.ts";
import { mounts } from "./practices/mounts/index.ts";

/** The eight practices in their order: the one place that knows them all. Those without parts are shown as not assessed. */
export const CATALOG: readonly PracticeStation[] = [
  git,
  managers,
  encryption,
  access,
  mounts,
  { practice: "rotation", parts: [] },
  { practice: "audit", parts: [] },
  isolation,
];
