import type { BlobKey, ChangeLog } from "./change-log.ts";
import type { Hit } from "./window-scanner.ts";

/** What stands in which blob. */
export type HitsOfBlobs = ReadonlyMap<BlobKey, readonly Hit[]>;

/** Values that a commit brought into a file. */
export interface Introduction {
  /** The place of the commit in the list. */
  readonly commit: number;
  readonly path: string;
  readonly blob: BlobKey;
  readonly hits: readonly Hit[];
}

/**
 * For each value and file the commit that brought the one into the other: the oldest whose file has it while none of its
 * parents' has. A value that leaves another file in the same commit was moved, and not brought. Commits are listed with
 * children first, so the log is read backwards. Pure.
 */
export function introductions(log: ChangeLog, hits: HitsOfBlobs): readonly Introduction[] {
  const known = new Set<string>();
  const found: Introduction[] = [];
  for (let end = log.count; end > 0; ) {
    const commit = log.commitOf(end - 1);
    let start = end - 1;
    while (start > 0 && log.commitOf(start - 1) === commit) start -= 1;
    found.push(...inCommit(log, { commit, start, end }, hits, known));
    end = start;
  }
  return found;
}

function inCommit(
  log: ChangeLog,
  { commit, start, end }: { readonly commit: number; readonly start: number; readonly end: number },
  hits: HitsOfBlobs,
  known: Set<string>,
): readonly Introduction[] {
  const gains: { path: number; blob: BlobKey; hits: Hit[] }[] = [];
  const losses = new Map<Hit, number>();
  for (let index = start; index < end; index++) {
    if (!log.touches(index, hits)) continue;
    const blob = log.afterOf(index);
    const after = blob === undefined ? [] : (hits.get(blob) ?? []);
    const before = new Set(log.beforeOf(index).flatMap((key) => hits.get(key) ?? []));
    const gained = after.filter((hit) => !before.has(hit));
    if (blob !== undefined && gained.length > 0) gains.push({ path: log.pathOf(index), blob, hits: gained });
    for (const hit of before) if (!after.includes(hit)) losses.set(hit, (losses.get(hit) ?? 0) + 1);
  }
  return gains.flatMap(({ path, blob, hits: gained }) => {
    const brought = gained.filter((hit) => {
      const left = losses.get(hit) ?? 0;
      losses.set(hit, left - 1);
      const name = `${path}:${hit}`;
      if (left > 0 || known.has(name)) return false;
      known.add(name);
      return true;
    });
    return brought.length === 0 ? [] : [{ commit, path: log.paths[path] ?? "", blob, hits: brought }];
  });
}
