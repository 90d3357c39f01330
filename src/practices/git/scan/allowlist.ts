import type { Engine } from "../../../kernel/regexp/pattern.ts";
import type { Allowlist } from "./rule.ts";

/** Where a text comes from. */
export interface Origin {
  /** With `/`; empty for standard input. */
  readonly path: string;
  readonly commit?: string;
}

/** A match on trial. The texts are the scanner's own, and die with it. */
export interface Candidate {
  readonly secret: string;
  readonly match: string;
  readonly line: string;
}

/** Whether a whole text needs no look. Criteria about the match, joined by "and", are left for later. */
export function originIsAllowed(origin: Origin, allowlists: readonly Allowlist[], engine: Engine): boolean {
  if (origin.path === "" && origin.commit === undefined) return false;
  return allowlists.some((list) => {
    if (list.condition === "or") return commitMatches(list, origin) || pathMatches(list, origin, engine);
    if (list.regexes !== undefined || list.stopwords.length > 0) return false;
    return (
      (list.commits.size === 0 || commitMatches(list, origin)) &&
      (list.paths === undefined || pathMatches(list, origin, engine))
    );
  });
}

/** Whether a match is none after all. */
export function candidateIsAllowed(
  candidate: Candidate,
  origin: Origin,
  allowlists: readonly Allowlist[],
  engine: Engine,
): boolean {
  return allowlists.some((list) => {
    const text = candidate[list.regexTarget];
    const regexMatches = (): boolean => text !== "" && list.regexes?.test(text, engine) === true;
    const wordMatches = (): boolean => hasStopword(list, candidate.secret);
    if (list.condition === "or") return regexMatches() || wordMatches();
    return (
      (list.commits.size === 0 || commitMatches(list, origin)) &&
      (list.paths === undefined || pathMatches(list, origin, engine)) &&
      (list.regexes === undefined || regexMatches()) &&
      (list.stopwords.length === 0 || wordMatches())
    );
  });
}

function commitMatches({ commits }: Allowlist, { commit }: Origin): boolean {
  return commit !== undefined && commits.has(commit.toLowerCase());
}

/** Whether some path is allowed by any of these, whatever else they ask for: so folders need not be entered. */
export function pathIsSkipped(path: string, allowlists: readonly Allowlist[], engine: Engine): boolean {
  return allowlists.some((list) => pathMatches(list, { path }, engine));
}

function pathMatches({ paths }: Allowlist, { path }: Origin, engine: Engine): boolean {
  return path !== "" && paths?.test(path, engine) === true;
}

function hasStopword({ stopwords }: Allowlist, secret: string): boolean {
  const lower = secret.toLowerCase();
  return stopwords.some((word) => lower.includes(word));
}
