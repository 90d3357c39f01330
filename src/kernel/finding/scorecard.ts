import { type Finding, type Location, type Practice, SEVERITIES, type Severity } from "./finding.ts";

/**
 * `"failed"`: something is wrong at severity low or above. `"passed"`: something was looked at, and at most remarks
 * (severity info) came of it. `"not assessed"`: there are no checks, or nothing that they look at: never taken for passed.
 */
export type PracticeState = "passed" | "failed" | "not assessed";

/** One of the eight lines of a scorecard. */
export interface PracticeScore {
  readonly practice: Practice;
  readonly state: PracticeState;
  /** How many objects were looked at. */
  readonly assessed: number;
  /** Why nothing was assessed, in a few words. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
}

/** A file or document that could not be read: what it holds is not part of the score. */
export interface InputError {
  readonly location: Location;
  readonly reason: string;
}

/** A rule as reports list it. */
export interface RuleSummary {
  readonly rule: string;
  readonly practice: Practice;
  readonly severity: Severity;
  readonly remark: string;
}

/** The eight practices over one input. Everything in it is in a fixed order, so that equal input gives equal text. */
export interface Scorecard {
  readonly practices: readonly PracticeScore[];
  readonly rules: readonly RuleSummary[];
  readonly objects: number;
  /** What was left out quietly, by reason. */
  readonly passedOver: Readonly<Record<string, number>>;
  readonly inputErrors: readonly InputError[];
}

/** All findings of a scorecard, practice by practice. */
export function findingsOf(scorecard: Scorecard): readonly Finding[] {
  return scorecard.practices.flatMap(({ findings }) => findings);
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** The most urgent first, then by place: a total order over different findings. */
export function compareFindings(one: Finding, other: Finding): number {
  return (
    SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity) ||
    compareTexts(one.subject.location?.file, other.subject.location?.file) ||
    (one.subject.location?.line ?? 0) - (other.subject.location?.line ?? 0) ||
    compareTexts(one.subject.namespace, other.subject.namespace) ||
    compareTexts(one.subject.kind, other.subject.kind) ||
    compareTexts(one.subject.name, other.subject.name) ||
    compareTexts(one.subject.field, other.subject.field) ||
    compareTexts(one.rule, other.rule)
  );
}

function compareTexts(one = "", other = ""): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The same fact about the same field of the same object has the same identity, wherever in the file it stands. */
export function identityOf({ rule, subject }: Finding): string {
  const { apiVersion, kind, namespace, name, field, location } = subject;
  return JSON.stringify([rule, location?.file ?? "", apiVersion ?? "", kind, namespace ?? "", name, field ?? ""]);
}
