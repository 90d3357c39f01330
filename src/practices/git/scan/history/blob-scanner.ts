import type { DeltaSteps } from "../../../../kernel/git/objects/delta-steps.ts";
import { carryMarks } from "./carry-marks.ts";
import { addDirty, addRange, type Ranges } from "./dirty-ranges.ts";
import type { HashTable } from "./hash-table.ts";
import { finish, LineList } from "./line-list.ts";
import type { Mark, Place, Window, WindowScanner } from "./window-scanner.ts";
import { ENCODED, FAR, NEAR, type WordFinder } from "./word-finder.ts";

/** What is known of a blob for those that are made from it. */
export interface BlobState {
  readonly marks: readonly Mark[];
}

/** Lines with text before and behind a line that are looked at together with it. */
const CONTEXT = 2;
const TEXT_BYTES = 8000;
const NOTHING: BlobState = { marks: [] };
const NO_MANIFEST: Window = { kind: "structure", hits: [] };
const NO_MARKS: readonly Mark[] = [];

/**
 * Finds out what in a blob nobody has looked at yet, so that each line of a history is looked at once in each of its
 * neighbourhoods.
 *
 * 1. Of a blob that is made from another, only lines that the delta touched may be new (see dirty-ranges.ts).
 * 2. Lines whose hash is in the table are not new; the table tells whether a word of a rule stands in them.
 * 3. New lines are searched for words, and put into the table.
 * 4. A line with a word is looked at together with the lines around it, unless the table of neighbourhoods has these.
 * 5. What was found, or may still be, is carried along to the blobs that are made from this one.
 */
export class BlobScanner {
  readonly #lines: HashTable;
  readonly #words: WordFinder;
  readonly #windows: WindowScanner;
  readonly #list = new LineList();

  constructor(lines: HashTable, words: WordFinder, windows: WindowScanner) {
    this.#lines = lines;
    this.#words = words;
    this.#windows = windows;
  }

  /** Undefined where it is no text: what is made from it is looked at as if it were made from nothing. */
  scan(
    bytes: Buffer,
    change: { readonly base: BlobState | undefined; readonly steps: DeltaSteps } | undefined,
  ): BlobState | undefined {
    if (isBinary(bytes)) return undefined;
    const ranges: Ranges = { starts: [], ends: [] };
    let kept: readonly Mark[] = NO_MARKS;
    let again: readonly Place[] = [];
    if (change?.base === undefined) addRange(ranges, 0, bytes.length);
    else {
      const carried = carryMarks(change.base.marks, change.steps);
      ({ kept, again } = carried);
      addDirty(change.steps, bytes.length, ranges);
      if (carried.broken.length > 0) mergeInto(ranges, carried.broken);
    }
    const found: Mark[] = [];
    for (let index = 0; index < ranges.starts.length; ) {
      // Ranges whose surroundings touch are one.
      const from = linesBefore(bytes, ranges.starts[index] as number, 2 * CONTEXT);
      let to = 0;
      let last = index;
      do {
        to = linesBehind(bytes, ranges.ends[last] as number, 2 * CONTEXT);
        last += 1;
      } while (last < ranges.starts.length && (ranges.starts[last] as number) <= to);
      this.#look(
        bytes,
        { from, to, firstDirty: ranges.starts[index] as number, lastDirty: ranges.ends[last - 1] as number },
        found,
      );
      index = last;
    }
    for (const { start, end } of again)
      if (!found.some(({ line }) => line?.start === start)) this.#lookFar(bytes, start, end, found);
    this.#windows.flushIfFull();
    if (found.length === 0) return kept.length === 0 ? NOTHING : { marks: kept };
    return { marks: kept.length === 0 ? found : [...kept, ...found] };
  }

  #look(bytes: Buffer, area: { from: number; to: number; firstDirty: number; lastDirty: number }, found: Mark[]): void {
    const list = this.#list;
    list.clear();
    list.add(bytes, area.from, area.to);
    this.#flagNew(bytes);
    const { count, flags, starts, ends } = list;
    let first = 0;
    while (first < count && (ends[first] as number) <= area.firstDirty) first += 1;
    let last = count;
    while (last > first && (starts[last - 1] as number) > area.lastDirty) last -= 1;
    first = Math.max(first - CONTEXT, 0);
    last = Math.min(last + CONTEXT, count);
    let isAnyFar = false;
    for (let line = first; line < last; line++) {
      const flag = flags[line] as number;
      if (flag === 0) continue;
      if ((flag & NEAR) !== 0) this.#lookNear(bytes, line, found);
      isAnyFar ||= (flag & FAR) !== 0;
    }
    this.#windows.endGroup(bytes, found);
    if (!isAnyFar) return;
    for (let line = first; line < last; line++)
      if (((flags[line] as number) & FAR) !== 0)
        this.#lookFar(bytes, starts[line] as number, ends[line] as number, found);
  }

  #lookNear(bytes: Buffer, line: number, found: Mark[]): void {
    const { count, starts, ends, h1, h2, gaps, flags } = this.#list;
    const from = Math.max(line - CONTEXT, 0);
    const to = Math.min(line + CONTEXT, count - 1);
    let a = line - from;
    let b = to - line;
    let isEncoded = false;
    for (let one = from; one <= to; one++) {
      isEncoded ||= ((flags[one] as number) & ENCODED) !== 0;
      const gap = one === from ? 0 : (gaps[one] as number);
      a = Math.imul(a ^ (h1[one] as number), 0x9e3779b1) + gap;
      a ^= a >>> 15;
      b = Math.imul(b + (h2[one] as number), 0x85ebca77) ^ gap;
      b ^= b >>> 13;
    }
    const start = starts[from] as number;
    const end = ends[to] as number;
    this.#windows.near(bytes, { start, end, isEncoded }, finish(a), finish(b), found);
  }

  #lookFar(bytes: Buffer, start: number, end: number, found: Mark[]): void {
    const asked = this.#words.reachOf(bytes.subarray(start, end));
    const line = { start, end };
    if (asked.bytes > 0) {
      const from = linesBefore(bytes, Math.max(start - asked.bytes, 0), CONTEXT);
      const to = linesBehind(bytes, Math.min(end + asked.bytes, bytes.length), CONTEXT);
      found.push({ start: from, end: to, window: this.#windows.far(bytes, from, to, asked), line });
    }
    if (asked.isManifest) {
      const [from, to] = documentAround(bytes, start);
      if (covered(found, from, to)) return;
      // It may become one later: then the mark is broken, and the line is looked at again.
      const window = mayBeManifest(bytes, from, to) ? this.#windows.structure(bytes, from, to) : NO_MANIFEST;
      found.push({ start: from, end: to, window, line });
    }
  }

  /** Gives each line its flags: from the table, or by looking. */
  #flagNew(bytes: Buffer): void {
    const { count, h1, h2, flags } = this.#list;
    let newFrom = -1;
    for (let line = 0; line <= count; line++) {
      const bits = line === count ? 0 : this.#lines.get(h1[line] as number, h2[line] as number);
      if (bits < 0) {
        if (newFrom < 0) newFrom = line;
        continue;
      }
      if (newFrom >= 0) {
        this.#words.flag(bytes, this.#list, newFrom, line);
        for (let one = newFrom; one < line; one++)
          this.#lines.set(h1[one] as number, h2[one] as number, flags[one] as number);
        newFrom = -1;
      }
      if (line < count) flags[line] = bits;
    }
  }
}

/** git's rule: a NUL early on. */
function isBinary(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.subarray(0, TEXT_BYTES).includes(0);
}

function covered(found: readonly Mark[], from: number, to: number): boolean {
  const last = found.findLast(({ window }) => window.kind === "structure");
  return last !== undefined && last.start <= from && to <= last.end;
}

function mergeInto(ranges: Ranges, more: readonly Place[]): void {
  const all = [...ranges.starts.map((start, index) => ({ start, end: ranges.ends[index] as number })), ...more];
  all.sort((a, b) => a.start - b.start);
  ranges.starts.length = 0;
  ranges.ends.length = 0;
  for (const { start, end } of all) addRange(ranges, start, end);
}

const NEWLINE = 0x0a;

/** The beginning of the line at `at`, and of as many lines with text before it. */
function linesBefore(bytes: Buffer, at: number, count: number): number {
  let left = count;
  let hasText = false;
  let start = Math.min(at, bytes.length);
  let isFirst = true;
  for (; start > 0; start--) {
    const byte = bytes[start - 1] as number;
    if (byte !== NEWLINE) {
      if (byte > 0x20) hasText = true;
      continue;
    }
    if (isFirst) {
      isFirst = false;
      hasText = false;
      if (left === 0) return start;
      continue;
    }
    if (hasText && --left === 0) return start;
    hasText = false;
  }
  return 0;
}

/** The end of the line that holds the byte before `at`, and of as many lines with text behind it. */
function linesBehind(bytes: Buffer, at: number, count: number): number {
  let end = Math.max(at - 1, 0);
  while (end < bytes.length && bytes[end] !== NEWLINE) end += 1;
  let hasText = false;
  let left = count;
  for (end += 1; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte > 0x20) hasText = true;
    else if (byte === NEWLINE) {
      if (hasText && --left === 0) return end + 1;
      hasText = false;
    }
  }
  return Math.min(end, bytes.length);
}

const SEPARATOR = Buffer.from("\n---");

/** The YAML document around a place; of JSON, all. */
function documentAround(bytes: Buffer, at: number): [number, number] {
  const before = bytes.lastIndexOf(SEPARATOR, at);
  const behind = bytes.indexOf(SEPARATOR, at);
  return [before < 0 ? 0 : before + 1, behind < 0 ? bytes.length : behind + 1];
}

const VERSION = Buffer.from("apiVersion");

function mayBeManifest(bytes: Buffer, from: number, to: number): boolean {
  const at = bytes.indexOf(VERSION, from);
  return at >= 0 && at < to;
}
