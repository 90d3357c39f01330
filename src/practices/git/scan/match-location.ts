import { byteLengthOf, type ScanText } from "./text-of-bytes.ts";

/** Where a match stands, in gitleaks' way of counting; lines from 0. */
export interface MatchLocation {
  readonly startLine: number;
  readonly endLine: number;
  /** In bytes from 1, in all lines but the first from the line break before: so 2 is the first of them. */
  readonly startColumn: number;
  readonly endColumn: number;
  /** The text of its lines, from the line break before. */
  readonly line: readonly [number, number];
}

/** The places of all line breaks. */
export function lineBreaksOf(text: string): readonly number[] {
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks.push(at);
  return breaks;
}

/**
 * The lines and columns of `start` to `end`. Old baselines and ignore files hold gitleaks' numbers, so they are reproduced
 * with their oddities: columns count from the line break, and a match that runs into a last line without line break ends,
 * for it, on the line where it began.
 */
export function locateMatch(text: ScanText, breaks: readonly number[], start: number, end: number): MatchLocation {
  const size = text.text.length;
  const ends = breaks.length === 0 ? [size] : breaks;
  const first = indexOfEnd(ends, (lineEnd) => start < lineEnd);
  const previous = (index: number): number => (index === 0 ? 0 : (ends[index - 1] ?? 0));
  const column = (from: number, to: number): number =>
    to >= from ? byteLengthOf(text, from, to) : -byteLengthOf(text, to, from);
  if (first === ends.length) {
    const from = previous(ends.length);
    return {
      startLine: ends.length,
      endLine: ends.length,
      startColumn: column(from, start) + 1,
      endColumn: column(from, end),
      // As there: the text from the beginning of the fragment.
      line: [0, nextLineEnd(text.text, end)],
    };
  }
  const last = indexOfEnd(ends, (lineEnd) => end <= lineEnd);
  const isEnded = last < ends.length && previous(last) < end;
  return {
    startLine: first,
    endLine: isEnded ? last : first,
    startColumn: column(previous(first), start) + 1,
    endColumn: isEnded ? column(previous(last), end) : 0,
    line: [previous(first), Math.max((isEnded ? ends[last] : ends[first]) ?? size, end)],
  };
}

/** The first line end for which this holds; their number where it holds for none. It must hold for all behind one that it holds for. */
function indexOfEnd(ends: readonly number[], holds: (lineEnd: number) => boolean): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ends[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nextLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === "\n" || text[at] === "\r") return at;
  return text.length;
}
