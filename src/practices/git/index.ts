import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { SECRET_MANIFEST_CHECKS } from "./checks.ts";
import { secretManifestsOf } from "./secret-manifest.ts";

/** Practice 1: no secrets in Git. */
export const git: PracticeStation = {
  practice: "git",
  needs: "needs manifests in files",
  parts: [part(secretManifestsOf, SECRET_MANIFEST_CHECKS)],
};
