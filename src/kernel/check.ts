import type { Finding, Severity } from "./finding/finding.ts";

/** One decision, pure: the runner streams subjects; the world is an index built beforehand. */
export type Check<S, W> = (subject: S, world: W) => Finding | undefined;

/** A check in a practice's ordered list, with the remark that makes the list a specification. */
export interface ListedCheck<S, W> {
  /** The `rule` of the check's findings: `<practice>/<CheckName>`. */
  readonly rule: string;
  /** The severity that findings usually have; a check may grade a subject apart. */
  readonly severity: Severity;
  readonly check: Check<S, W>;
  readonly remark: string;
}
