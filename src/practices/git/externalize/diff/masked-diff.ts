import { type Splice, spliced } from "../splice.ts";
import type { Mask } from "./masks-of.ts";

const MASKED = "[masked]";

/**
 * The lines that splices change, as a unified diff without context: what else stands in the file is nobody's business here.
 * Masked pieces of removed lines are not shown, nor is any removed line that `isTelling` points at. Pure.
 */
export function maskedDiff(
  text: string,
  file: string,
  splices: readonly Splice[],
  masks: readonly Mask[],
  isTelling: (line: string) => boolean,
): string {
  let shift = 0;
  const hunks = hunksOf(text, splices).map((hunk) => {
    const removed = linesOf(masked(text, hunk, masks)).map((line) => (isTelling(line) ? MASKED : line));
    const added = linesOf(spliced(text.slice(hunk.start, hunk.end), hunk.splices));
    const first = countLines(text, hunk.start) + 1;
    const head = `@@ -${range(first, removed.length)} +${range(first + shift, added.length)} @@`;
    shift += added.length - removed.length;
    return [head, ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)].join("\n");
  });
  return `--- a/${file}\n+++ b/${file}\n${hunks.join("\n")}\n`;
}

function range(first: number, count: number): string {
  if (count === 1) return String(first);
  return count === 0 ? `${first - 1},0` : `${first},${count}`;
}

interface Hunk {
  readonly start: number;
  end: number;
  /** Counted from `start`. */
  readonly splices: Splice[];
}

/** Whole lines; splices in the same or adjacent lines are one hunk. */
function hunksOf(text: string, splices: readonly Splice[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const splice of splices.toSorted((a, b) => a.start - b.start)) {
    const start = text.lastIndexOf("\n", splice.start - 1) + 1;
    const isWhole = splice.end > splice.start && text[splice.end - 1] === "\n";
    const next = text.indexOf("\n", splice.end);
    const end = isWhole ? splice.end : next === -1 ? text.length : next + 1;
    let hunk = hunks.at(-1);
    if (hunk === undefined || start > hunk.end) hunks.push((hunk = { start, end, splices: [] }));
    hunk.end = Math.max(hunk.end, end);
    hunk.splices.push({ ...splice, start: splice.start - hunk.start, end: splice.end - hunk.start });
  }
  return hunks;
}

/** The old lines of a hunk; as many as they were. */
function masked(text: string, { start, end }: Hunk, masks: readonly Mask[]): string {
  const covers = masks
    .map((mask) => ({ start: Math.max(mask.start, start) - start, end: Math.min(mask.end, end) - start }))
    .filter((mask) => mask.end > mask.start);
  const piece = text.slice(start, end);
  return spliced(
    piece,
    covers.map((mask) => ({
      ...mask,
      text: piece.slice(mask.start, mask.end).replaceAll(/^([ \t]*)[^\n]+$/gm, `$1${MASKED}`),
    })),
  );
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
