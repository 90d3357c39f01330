import type { Pattern } from "../../../kernel/regexp/pattern.ts";
import type { Candidate } from "./allowlist.ts";

/** What to look for. The fields are gitleaks' (https://github.com/gitleaks/gitleaks#configuration), with their meaning. */
export interface Rule {
  readonly id: string;
  readonly description: string;
  /** A rule has at least one of `regex`, `path` and `structure`. */
  readonly regex?: Pattern;
  /** The file's path has to match; without `regex` that alone is a finding. */
  readonly path?: Pattern;
  /** Found by parsing documents, not by matching text. */
  readonly structure?: Structure;
  /** Which group is the secret; 0: the first that is not empty, else the whole match. */
  readonly secretGroup: number;
  /** The secret's Shannon entropy, in bits for a character, has to be above this; 0: whatever it is. */
  readonly entropy: number;
  /** In lower case; the text has to contain one. Without any the rule looks at every text. */
  readonly keywords: readonly string[];
  readonly tags: readonly string[];
  readonly allowlists: readonly Allowlist[];
  readonly required: readonly RequiredRule[];
  /** Whether it steps back where a specific rule finds the same value: in a match that begins on its line, or reaches it. */
  readonly general: General;
  /** Serves as part of others only. */
  readonly skipReport: boolean;
  /** What no pattern can say of a value: whether a checksum is right, or it is too much like a name. Only our own rules have it. */
  readonly accepts?: (candidate: Candidate) => boolean;
}

/** `"line"` is gitleaks' meaning, for rules with "generic" in their id. */
export type General = false | "line" | "lines";

/** What of a file is looked at: see `structure/`. */
export type Structure =
  | "kubernetes-secret"
  | "config-map"
  | "workload-variable"
  | "chart-values"
  | "kustomization"
  | "variables";

/** Another rule that has to find something near, or else nothing counts. */
export interface RequiredRule {
  readonly id: string;
  readonly withinLines?: number;
  readonly withinColumns?: number;
}

/** What is no finding. */
export interface Allowlist {
  /** Whether one criterion suffices, or all that are given must hold. */
  readonly condition: "or" | "and";
  /** In lower case. */
  readonly commits: ReadonlySet<string>;
  readonly paths: Pattern | undefined;
  readonly regexes: Pattern | undefined;
  readonly regexTarget: "secret" | "match" | "line";
  /** In lower case; looked for in the secret. */
  readonly stopwords: readonly string[];
}

/** All that a scan goes by. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly allowlists: readonly Allowlist[];
}
