/**
 * The known name that somebody probably meant, or undefined when none is near: at most a third of its letters differ.
 * Case, dashes, dots and underscores don't count, since they are what people mix up most.
 */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = fold(name).slice(0, 100);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const folded = fold(candidate);
    const distance = editDistance(wanted, folded);
    if (distance <= Math.floor(folded.length / 3) && distance < (best?.distance ?? Infinity)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

/** Insertions, deletions, substitutions and swaps of two neighbours ("levle"), each counting one (Damerau, Levenshtein). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(substituted, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
