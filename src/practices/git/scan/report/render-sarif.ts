import type { NamedLeak } from "../fingerprint.ts";
import type { ReportContext } from "./render-report.ts";

/** SARIF 2.1.0, with gitleaks' partial fingerprints and ours. */
export function renderSarif(leaks: readonly NamedLeak[], { rules, version }: ReportContext): string {
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "kustody",
            semanticVersion: version,
            rules: rules.map(({ id, description }) => ({
              id,
              shortDescription: { text: description === "" ? id : description },
              properties: { tags: ["security"], "security-severity": "8.0" },
            })),
          },
        },
        results: leaks.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}

function resultOf(leak: NamedLeak): object {
  const { rule, file, startLine, endLine, startColumn, endColumn, commit, field } = leak;
  const where = field === undefined ? "" : `, field ${field}`;
  return {
    ruleId: rule,
    level: "error",
    message: { text: `${rule} has detected a secret in file ${file}${where}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split("/").map(encodeName).join("/") },
          region: {
            startLine: Math.max(startLine, 1),
            startColumn: Math.max(startColumn, 1),
            endLine: Math.max(endLine, 1),
            endColumn: Math.max(endColumn, 1),
            snippet: { text: "REDACTED" },
          },
        },
      },
    ],
    partialFingerprints: { "kustodyLeak/v1": leak.stableFingerprint, commitSha: commit ?? "" },
    properties: { tags: leak.tags },
  };
}

function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}
