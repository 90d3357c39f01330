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

/** Clean near marks are dropped: nothing of them has to be known any more. */
export function carryMarks(marks: readonly Mark[], steps: DeltaSteps): CarriedMarks {
  if (!marks.some(isLiving)) return NOTHING;
  copies.take(steps);
  const carried = { kept: [] as Mark[], again: [] as Place[], broken: [] as Place[] };
  for (const mark of marks) if (isLiving(mark)) carry(mark, steps, carried);
  return carried;
}

function isLiving({ window }: Mark): boolean {
  return window.kind !== "near" || window.hits?.length !== 0;
}

/** Into each piece that was taken over: a delta may take one twice, whole here and broken there. */
function carry(
  mark: Mark,
  { from, to, length }: DeltaSteps,
  { kept, again, broken }: { readonly kept: Mark[]; readonly again: Place[]; readonly broken: Place[] },
): void {
  const { start, end, window, line } = mark;
  const { steps, isSorted, count } = copies;
  let hasLine = false;
  const brokenBefore = broken.length;
  for (let index = isSorted ? copies.firstBehind(start) : 0; index < count; index++) {
    const step = steps[index] as number;
    const copyStart = from[step] as number;
    const copyEnd = copyStart + (length[step] as number);
    if (copyStart >= end) {
      if (isSorted) break;
      continue;
    }
    if (copyEnd <= start) continue;
    const shift = (to[step] as number) - copyStart;
    if (copyStart <= start && end <= copyEnd) {
      kept.push(shift === 0 ? mark : moved(mark, shift));
    } else if (line !== undefined && copyStart <= line.start && line.end <= copyEnd) {
      hasLine = true;
      again.push({ start: line.start + shift, end: line.end + shift });
    } else if (window.kind !== "far") {
      // A far rule has a mark for each of its lines; a document has one alone, and other lines may tell of it, too.
      broken.push({ start: Math.max(start, copyStart) + shift, end: Math.min(end, copyEnd) + shift });
    }
  }
  // The line leads to all of the document again.
  if (hasLine && isSorted) broken.length = brokenBefore;
}

function moved({ start, end, window, line }: Mark, shift: number): Mark {
  const there = { start: start + shift, end: end + shift, window };
  return line === undefined ? there : { ...there, line: { start: line.start + shift, end: line.end + shift } };
}

/** Which steps take over a piece of the base. One of these serves for all deltas, so that nothing is allocated. */
class Copies {
  steps = new Int32Array(256);
  count = 0;
  /** Whether they follow each other in the base, as they mostly do. */
  isSorted = true;
  #ends = new Float64Array(256);

  take({ count, from, length }: DeltaSteps): void {
    if (this.steps.length < count) {
      this.steps = new Int32Array(count * 2);
      this.#ends = new Float64Array(count * 2);
    }
    this.count = 0;
    this.isSorted = true;
    let last = 0;
    for (let step = 0; step < count; step++) {
      const start = from[step] as number;
      if (start < 0) continue;
      if (start < last) this.isSorted = false;
      last = start + (length[step] as number);
      this.#ends[this.count] = last;
      this.steps[this.count++] = step;
    }
  }

  /** Of sorted ones the first that ends behind a place. */
  firstBehind(place: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const copies = new Copies();
