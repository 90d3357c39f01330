import type { ListedCheck } from "./check.ts";
import type { Finding, Practice, Severity } from "./finding/finding.ts";

/** A rule as catalogues and reports show it. */
export interface Rule {
  readonly rule: string;
  readonly severity: Severity;
  readonly remark: string;
}

/** What one look at one object told: whether it was of concern at all, and what is wrong. */
export interface Look {
  readonly concerned: boolean;
  readonly findings: readonly Finding[];
}

/** One way to take subjects out of an object, with the checks that they go through. */
export interface Part<O, W> {
  readonly rules: readonly Rule[];
  readonly look: (object: O, world: W) => Look;
}

/** A practice as the runner sees it: objects come by, findings come out. Without parts it assesses nothing. */
export interface Station<O, W> {
  readonly practice: Practice;
  readonly parts: readonly Part<O, W>[];
  /** What it would need, in a few words, where the input holds nothing that concerns it. */
  readonly needs?: string;
}

/**
 * `subjectsOf` gives undefined for an object that does not concern the checks, else its subjects, possibly none:
 * a workload without environment variables was looked at and is in order.
 */
export function part<O, S, W>(
  subjectsOf: (object: O, world: W) => Iterable<S> | undefined,
  checks: readonly ListedCheck<S, W>[],
): Part<O, W> {
  return {
    rules: checks.map(({ rule, severity, remark }) => ({ rule, severity, remark })),
    look: (object, world) => {
      const subjects = subjectsOf(object, world);
      if (subjects === undefined) return NOT_CONCERNED;
      const findings: Finding[] = [];
      for (const subject of subjects) {
        for (const { check } of checks) {
          const finding = check(subject, world);
          if (finding !== undefined) findings.push(finding);
        }
      }
      return { concerned: true, findings };
    },
  };
}

const NOT_CONCERNED: Look = { concerned: false, findings: [] };
