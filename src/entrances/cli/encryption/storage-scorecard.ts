import { compareFindings, type Scorecard } from "../../../kernel/finding/scorecard.ts";
import { STORED_RULES, type StorageReport, storedFindings } from "../../../practices/encryption/stored/index.ts";

/** The report as a scorecard of one practice, for the formats that other programs read. */
export function storageScorecard(report: StorageReport): Scorecard {
  const findings = storedFindings(report).toSorted(compareFindings);
  const objects = report.resources.reduce((sum, resource) => sum + resource.objects, 0);
  const isFailed = findings.length > 0;
  return {
    practices: [
      {
        practice: "encryption",
        state: isFailed ? "failed" : objects === 0 ? "not assessed" : "passed",
        assessed: objects,
        ...(objects === 0 && !isFailed ? { reason: "no objects are stored there" } : {}),
        findings,
      },
    ],
    rules: STORED_RULES.map((rule) => ({ ...rule, practice: "encryption" })),
    objects,
    passedOver: {},
    inputErrors: report.problems.map((reason) => ({ location: { file: report.source }, reason })),
  };
}
