import { isDigit, isLetter } from "../values/rune-class.ts";
import { runesOf } from "../values/utf8.ts";

/** Go's yaml package's order of keys: numbers in them by their size, letters behind everything else. */
export function compareKeys(a: string, b: string): number {
  const [ar, br] = [runesOf(a), runesOf(b)];
  for (let at = 0; at < ar.length && at < br.length; at++) {
    const [one = 0, other = 0] = [ar[at], br[at]];
    if (one === other) continue;
    const [isA, isB] = [isLetter(one), isLetter(other)];
    if (isA && isB) return one - other;
    if (isA || isB) return isB ? -1 : 1;
    const first = numberAt(ar, at, one, other);
    const second = numberAt(br, at, one, other, ar);
    if (first.value !== second.value) return first.value < second.value ? -1 : 1;
    if (first.end !== second.end) return first.end - second.end;
    return one - other;
  }
  return ar.length - br.length;
}

/** The number that begins here. Where a zero meets a digit behind other digits, both are as if a 1 stood in front. */
function numberAt(
  runes: readonly number[],
  at: number,
  one: number,
  other: number,
  before = runes,
): { value: bigint; end: number } {
  let value = 0n;
  if (one === 0x30 || other === 0x30) {
    for (let index = at - 1; index >= 0 && isDigit(before[index] ?? 0); index--) {
      if (before[index] !== 0x30) {
        value = 1n;
        break;
      }
    }
  }
  let end = at;
  for (; end < runes.length && isDigit(runes[end] ?? 0); end++)
    value = BigInt.asIntN(64, value * 10n + BigInt((runes[end] ?? 0) - 0x30));
  return { value, end };
}
