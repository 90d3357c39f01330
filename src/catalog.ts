import type { PracticeStation } from "./model/world/practice-station.ts";
import { access } from "./practices/access/index.ts";
import { encryption } from "./practices/encryption/index.ts";
import { git } from "./practices/git/index.ts";
import { isolation } from "./practices/isolation/index.ts";
import { managers } from "./practices/managers/index.ts";
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
