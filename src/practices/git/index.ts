import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { CHART_VALUE_CHECKS, KUSTOMIZATION_CHECKS, SECRET_MANIFEST_CHECKS, SECRET_TEMPLATE_CHECKS } from "./checks.ts";
import { secretManifestsOf } from "./secret-manifest.ts";
import { chartValueSubjects, kustomizationSubjects, secretTemplateSubjects } from "./settings-manifests.ts";

/** Practice 1: no secrets in Git. */
export const git: PracticeStation = {
  practice: "git",
  needs: "needs manifests in files",
  parts: [
    part(secretManifestsOf, SECRET_MANIFEST_CHECKS),
    part(chartValueSubjects, CHART_VALUE_CHECKS),
    part(kustomizationSubjects, KUSTOMIZATION_CHECKS),
    part(secretTemplateSubjects, SECRET_TEMPLATE_CHECKS),
  ],
};
