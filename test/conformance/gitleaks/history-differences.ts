import type { FoundValue } from "./compare-history.ts";

/** A way in which we differ from `gitleaks git` on purpose, and how often it shows in the test's history: not once more. */
export interface HistoryDifference {
  readonly by: "gitleaks" | "kustody";
  readonly why: string;
  readonly isOne: (found: FoundValue) => boolean;
  readonly count: number;
}

/** The first that fits counts. Whoever adds one explains it; the test fails when a count grows. */
export const HISTORY_DIFFERENCES: readonly HistoryDifference[] = [
  {
    by: "kustody",
    why: "A merge commit brought it in: gitleaks asks git for patches, and git shows none of merges.",
    isOne: ({ file }) => file === "merged.txt",
    count: 1,
  },
  {
    by: "gitleaks",
    why: "A match in the changed lines by themselves that is none in the file: what stands before it begins another match, or allows it.",
    isOne: ({ inFile }) => !inFile,
    count: 2,
  },
];
