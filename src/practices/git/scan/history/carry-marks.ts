import type { DeltaSteps } from "../../../../kernel/git/objects/delta-steps.ts";
import type { Mark, Place } from "./window-scanner.ts";

/** What becomes of marks in a blob that is made from another. */
export interface CarriedMarks {
  /** They are whole there, too. */
  readonly kept: readonly Mark[];
  /** Lines with far words that are there, but not all that was around them. */
  readonly again: readonly Place[];
  /** What is left of other marks: to be looked at as if it were new. */
  readonly broken: readonly Place[];
}

const NOTHING: CarriedMarks = { kept: [], again: [], broken: [] };

/** Pure. Clean near marks are dropped: nothing of them has to be known any more. */
export function carryMarks(marks: readonly Mark[], steps: DeltaSteps): CarriedMarks {
  const living = marks.filter(({ window }) => window.kind !== "near" || window.hits?.length !== 0);
  if (living.length === 0) return NOTHING;
  const copies = new Copies(steps);
  const kept: Mark[] = [];
  const again: Place[] = [];
  const broken: Place[] = [];
  for (const mark of living) {
    const { start, end, window, line } = mark;
    let isWhole = false;
    for (const { from, to, shift } of copies.touching(start, end)) {
      if (from > start || end > to) continue;
      isWhole = true;
      const moved = { start: start + shift, end: end + shift, window };
      kept.push(line === undefined ? moved : { ...moved, line: { start: line.start + shift, end: line.end + shift } });
    }
    if (isWhole) continue;
    let hasLine = false;
    if (line !== undefined) {
      for (const { from, to, shift } of copies.touching(line.start, line.end)) {
        if (from > line.start || line.end > to) continue;
        hasLine = true;
        again.push({ start: line.start + shift, end: line.end + shift });
      }
    }
    // A far rule has a mark for each of its lines; a document has one alone, and other lines may tell of it, too.
    if (hasLine || window.kind === "far") continue;
    for (const { from, to, shift } of copies.touching(start, end))
      broken.push({ start: Math.max(start, from) + shift, end: Math.min(end, to) + shift });
  }
  return { kept, again, broken };
}

interface Copy {
  readonly from: number;
  readonly to: number;
  /** From its place in the base to that in the new blob. */
  readonly shift: number;
}

/** The pieces of the base that were taken over. */
class Copies {
  readonly #copies: readonly Copy[];
  /** Whether they follow each other in the base, as they mostly do. */
  readonly #isSorted: boolean;

  constructor({ count, from, to, length }: DeltaSteps) {
    const copies: Copy[] = [];
    let isSorted = true;
    for (let step = 0; step < count; step++) {
      const start = from[step] as number;
      if (start < 0) continue;
      if (start < (copies.at(-1)?.to ?? 0)) isSorted = false;
      copies.push({ from: start, to: start + (length[step] as number), shift: (to[step] as number) - start });
    }
    this.#copies = copies;
    this.#isSorted = isSorted;
  }

  touching(start: number, end: number): readonly Copy[] {
    if (!this.#isSorted) return this.#copies.filter(({ from, to }) => to > start && from < end);
    let low = 0;
    let high = this.#copies.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#copies[middle]?.to ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    let last = low;
    while (last < this.#copies.length && (this.#copies[last]?.from ?? end) < end) last += 1;
    return this.#copies.slice(low, last);
  }
}
