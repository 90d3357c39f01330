/** A piece of a text that another one replaces. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `text` after splices that do not overlap, in any order. */
export function spliced(text: string, splices: readonly Splice[]): string {
  let result = "";
  let from = 0;
  for (const { start, end, text: put } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(from, start) + put;
    from = end;
  }
  return result + text.slice(from);
}

/**
 * Splices of a text in which each line end counts as one character, as splices of the text itself, with its byte-order
 * mark and its `\r\n`.
 */
export function splicesOfOriginal(original: string, splices: readonly Splice[]): readonly Splice[] {
  const mark = original.startsWith("\uFEFF") ? 1 : 0;
  const ends: number[] = [];
  for (let at = original.indexOf("\r\n"); at !== -1; at = original.indexOf("\r\n", at + 2))
    ends.push(at - mark - ends.length);
  const place = (at: number): number => at + mark + firstNotBelow(ends, at);
  const lineEnd = original.slice(0, original.indexOf("\n")).endsWith("\r") ? "\r\n" : "\n";
  return splices.map(({ start, end, text }) => ({
    start: place(start),
    end: place(end),
    text: lineEnd === "\n" ? text : text.replaceAll("\n", lineEnd),
  }));
}

/** How many of the sorted numbers are below `bound`. */
function firstNotBelow(sorted: readonly number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
