import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { CONFIG_MAP_CHECKS, LITERAL_VARIABLE_CHECKS, SECRET_USE_CHECKS } from "./checks.ts";
import { configMapEntriesOf } from "./config-map-entries.ts";
import { literalVariables, workloadSecretUses } from "./workload-subjects.ts";

/** Practice 5: mounts, not environment variables. */
export const mounts: PracticeStation = {
  practice: "mounts",
  needs: "needs workloads or ConfigMaps",
  parts: [
    part(workloadSecretUses, SECRET_USE_CHECKS),
    part(literalVariables, LITERAL_VARIABLE_CHECKS),
    part(configMapEntriesOf, CONFIG_MAP_CHECKS),
  ],
};
