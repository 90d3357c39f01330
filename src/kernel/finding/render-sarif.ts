import { createHash } from "node:crypto";
import { type Finding, type Location, PRACTICES, type Severity } from "./finding.ts";
import { printable } from "./printable.ts";
import { findingsOf, identityOf, type RuleSummary, type Scorecard } from "./scorecard.ts";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/** What code hosts sort alerts by: a CVSS-like number as text. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "3.0",
  info: "0.0",
};

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html). Ends with a newline. */
export function renderSarif(scorecard: Scorecard, version: string): string {
  const { rules } = scorecard;
  const indexOf = new Map(rules.map(({ rule }, index) => [rule, index]));
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "kustody", version, rules: rules.map(descriptorOf) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: scorecard.inputErrors.length === 0,
            toolExecutionNotifications: scorecard.inputErrors.map(({ location, reason }) => ({
              level: "error",
              message: { text: printable(reason) },
              locations: [{ physicalLocation: physicalLocation(location) }],
            })),
          },
        ],
        results: findingsOf(scorecard).map((finding) => resultOf(finding, indexOf.get(finding.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf({ rule, practice, severity, remark }: RuleSummary): object {
  const { number, title } = PRACTICES[practice];
  return {
    id: rule,
    name: rule.slice(rule.indexOf("/") + 1),
    shortDescription: { text: remark },
    help: { text: `Practice ${number}, ${title}: see docs/practices/${number}-${practice}.md.` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ["security", practice], "security-severity": SECURITY_SEVERITY[severity] },
  };
}

function resultOf(finding: Finding, ruleIndex: number | undefined): object {
  const { rule, severity, subject, message, fix, hint, evidence } = finding;
  const text = [message, hint, fix === undefined ? undefined : `Fix: ${fix}`]
    .filter((part) => part !== undefined)
    .join("\n");
  return {
    ruleId: rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[severity],
    message: { text },
    locations: [
      {
        ...(subject.location === undefined ? {} : { physicalLocation: physicalLocation(subject.location) }),
        logicalLocations: [{ fullyQualifiedName: logicalName(finding), kind: "object" }],
      },
    ],
    partialFingerprints: { "kustodyIdentity/v1": createHash("sha256").update(identityOf(finding)).digest("hex") },
    properties: { practice: finding.practice, severity, ...(evidence === undefined ? {} : { evidence }) },
  };
}

function logicalName({ subject }: Finding): string {
  const { kind, namespace, name, field } = subject;
  return [kind, ...(namespace === undefined ? [] : [namespace]), name, ...(field === undefined ? [] : [field])].join(
    "/",
  );
}

function physicalLocation({ file, line, column }: Location): object {
  return {
    artifactLocation: { uri: uriOf(file) },
    ...(line === undefined
      ? {}
      : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }),
  };
}

/** A relative URI reference for a relative path; percent-encoded, and never taken for a scheme. */
function uriOf(file: string): string {
  const encoded = file
    .split("/")
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join("/");
  return file.startsWith("/") ? `file://${encoded}` : encoded;
}
