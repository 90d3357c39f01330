import type { Case } from "./go-renderer.ts";

/** A way in which we differ from Go and sprig on purpose, and how often it shows in the corpus: not once more. */
export interface Difference {
  readonly why: string;
  readonly isOne: (one: Case) => boolean;
  readonly count: number;
}

/** All of them. Whoever adds one explains it; the test fails when a count grows, and when one is no longer needed. */
export const DIFFERENCES: readonly Difference[] = [
  {
    why: "Complex numbers are refused: nothing in a Secret needs them",
    isOne: ({ template }) => /[0-9]i[^a-z]/.test(template),
    count: 15,
  },
  {
    why: "toYaml with DEL or U+0085: Go reads its own JSON as YAML, fails and gives an empty text, or a space; ours writes the character",
    isOne: ({ template }) => /toYaml.*(?:\\u0085|\\x7f)/.test(template),
    count: 8,
  },
];
