import type { Origin } from "../allowlist.ts";
import type { Fragment } from "../fragments.ts";
import type { Target } from "../scanner.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 0x0a;

/** A blob as the scanner's target: only these pieces of it, joined where they touch; all of it where there are none. Pure. */
export function targetOf(bytes: Buffer, origin: Origin, places: readonly Place[]): Target & { readonly bytes: Buffer } {
  if (places.length === 0) return { origin, bytes };
  const pieces: { start: number; end: number }[] = [];
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    const last = pieces.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else pieces.push({ start, end });
  }
  const added: Fragment[] = [];
  let line = 1;
  let counted = 0;
  for (const { start, end } of pieces) {
    for (let at = bytes.indexOf(NEWLINE, counted); at >= 0 && at < start; at = bytes.indexOf(NEWLINE, at + 1))
      line += 1;
    counted = start;
    added.push({ bytes: bytes.subarray(start, end), startLine: line });
  }
  return { origin, bytes, added };
}
