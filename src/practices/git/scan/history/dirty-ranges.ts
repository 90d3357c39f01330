import type { DeltaSteps } from "../../../../kernel/git/objects/delta-steps.ts";

/** Pieces of a text, sorted and apart from each other. */
export interface Ranges {
  readonly starts: number[];
  readonly ends: number[];
}

/**
 * Where a text made by a delta may hold lines that its base has not: what is inserted, and every seam, where two pieces of the
 * base meet that did not follow each other there (a line made of two copies has no byte that is new). Every other line is whole,
 * with its line break, in the base. Adds to `ranges`.
 */
export function addDirty({ count, from, to, length }: DeltaSteps, size: number, ranges: Ranges): void {
  let next = 0;
  for (let step = 0; step < count; step++) {
    const start = to[step] as number;
    const end = start + (length[step] as number);
    const source = from[step] as number;
    if (source < 0) addRange(ranges, Math.max(start - 1, 0), end + 1);
    else if (source !== next) addRange(ranges, Math.max(start - 1, 0), start + 1);
    next = source < 0 ? -1 : source + (length[step] as number);
  }
  // The last line may have lost its end.
  if (size > 0) addRange(ranges, size - 1, size);
}

/** Adds a range that begins at or behind where the last one began. */
export function addRange({ starts, ends }: Ranges, start: number, end: number): void {
  const last = ends.length - 1;
  if (last >= 0 && start <= (ends[last] as number)) {
    if (end > (ends[last] as number)) ends[last] = end;
    return;
  }
  starts.push(start);
  ends.push(end);
}
