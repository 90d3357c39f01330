import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { CLUSTER_SECRET_CHECKS, TEMPLATED_OBJECT_CHECKS } from "./checks.ts";
import { clusterSecretsOf } from "./cluster-secret.ts";
import { templatedObjectsOf } from "./templated-object.ts";

/** Practice 2: external managers own the secret. */
export const managers: PracticeStation = {
  practice: "managers",
  needs: "needs a cluster",
  parts: [part(clusterSecretsOf, CLUSTER_SECRET_CHECKS), part(templatedObjectsOf, TEMPLATED_OBJECT_CHECKS)],
};
