import type { ObservedTarget } from "./observed-target.ts";
import type { OwnedFields } from "./owned-fields.ts";
import { type DesiredTarget, NOT_COPIED } from "./plan-target.ts";

/** Names of labels and annotations. */
export interface Marks {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

export const NO_MARKS: Marks = { labels: [], annotations: [] };

/** Pure. Whether a target has labels or annotations beyond those that it is to have: others' or stale ones of ours. */
export function hasMarksBeyond(
  observed: ObservedTarget,
  desired: Pick<DesiredTarget, "labels" | "annotations">,
): boolean {
  const { labels, annotations } = marksBeyond(observed, desired);
  return labels.length + annotations.length > 0;
}

/** Pure. Labels and annotations that we once gave the target and that it is no longer to have. */
export function staleMarks(
  observed: ObservedTarget,
  desired: Pick<DesiredTarget, "labels" | "annotations">,
  own: OwnedFields,
): Marks {
  const { labels, annotations } = marksBeyond(observed, desired);
  return {
    labels: labels.filter((name) => own.labels.has(name)),
    annotations: annotations.filter((name) => own.annotations.has(name)),
  };
}

function marksBeyond(observed: ObservedTarget, desired: Pick<DesiredTarget, "labels" | "annotations">): Marks {
  const beyond = (there: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): string[] =>
    Object.keys(there).filter((name) => !Object.hasOwn(wanted, name));
  return {
    labels: beyond(observed.labels, desired.labels),
    // External Secrets Operator copies these too; to take them off would rewrite every target that it leaves to us.
    annotations: beyond(observed.annotations, desired.annotations).filter((name) => !NOT_COPIED.has(name)),
  };
}
