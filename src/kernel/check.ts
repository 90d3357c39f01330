import type { Finding } from "./finding/finding.ts";

/** One decision, pure: the runner streams subjects; the world is an index built beforehand. */
export type Check<S, W> = (subject: S, world: W) => Finding | undefined;

/** A check in a practice's ordered list, with the remark that makes the list a specification. */
export interface ListedCheck<S, W> {
  readonly check: Check<S, W>;
  readonly remark: string;
}
