import type { NamedLeak } from "../fingerprint.ts";
import type { Rule } from "../rule.ts";
import { renderCsv } from "./render-csv.ts";
import { renderJunit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";
import { reportedLeak } from "./reported-leak.ts";

export const REPORT_FORMATS = ["json", "csv", "junit", "sarif", "template"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
/** All but the one that is loaded by itself: see render-template.ts. */
export type FixedFormat = Exclude<ReportFormat, "template">;

export interface ReportContext {
  readonly rules: readonly Rule[];
  readonly version: string;
}

/** The report of a scan in a format of gitleaks'. */
export function renderReport(leaks: readonly NamedLeak[], format: FixedFormat, context: ReportContext): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(leaks.map(reportedLeak), null, 1)}\n`;
    case "csv":
      return renderCsv(leaks.map(reportedLeak));
    case "junit":
      return renderJunit(leaks.map(reportedLeak));
    case "sarif":
      return renderSarif(leaks, context);
  }
}
