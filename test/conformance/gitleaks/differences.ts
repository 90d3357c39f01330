import type { Found } from "./compare.ts";

/** A way in which we differ from gitleaks on purpose, and how often it shows in the test's texts: not once more. */
export interface Difference {
  readonly why: string;
  readonly isOne: (found: Found) => boolean;
  readonly count: number;
}

/** All of them. Whoever adds one explains it; the test fails when a count grows, and when one is no longer needed. */
export const DIFFERENCES: readonly Difference[] = [];
