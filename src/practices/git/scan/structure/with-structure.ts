import type { Leak } from "../leak.ts";

/** Leaks of patterns with those of structure: these go before general ones on the same line, and behind all others. Pure. */
export function withStructure(leaks: readonly Leak[], structural: readonly Leak[]): readonly Leak[] {
  if (structural.length === 0) return leaks;
  const lines = new Set(structural.map(lineOf));
  const kept = leaks.filter((leak) => !leak.general || !lines.has(lineOf(leak)));
  const known = new Set(kept.map(lineOf));
  return [...kept, ...structural.filter((leak) => !known.has(lineOf(leak)))];
}

/**
 * The same over all files together: a kustomization tells of values in other files, which patterns, or the file's own name,
 * tell too. Pure.
 */
export function withoutRepeatedLines(leaks: readonly Leak[]): readonly Leak[] {
  const [structural, others] = [leaks.filter(isStructural), leaks.filter((leak) => !isStructural(leak))];
  const seen = new Set<string>();
  const once = structural.filter((leak) => {
    const place = `${lineOf(leak)}:${leak.startColumn}:${leak.commit ?? ""}`;
    return !seen.has(place) && seen.add(place).size > 0;
  });
  return withStructure(others, once);
}

function isStructural({ structural }: Leak): boolean {
  return structural === true;
}

function lineOf({ file, startLine, commit }: Leak): string {
  return `${file}:${startLine}:${commit ?? ""}`;
}
