import { isAlphaNumericAt } from "../values/utf8.ts";

/** Where the number ends that begins at `at`, in Go's syntax of numbers as templates take it; undefined when it is malformed. */
export function scanNumber(source: string, at: number): number | undefined {
  let end = at;
  const accept = (chars: string): boolean => {
    if (end >= source.length || !chars.includes(source[end] ?? "")) return false;
    end++;
    return true;
  };
  const acceptRun = (chars: string): void => {
    while (accept(chars));
  };
  accept("+-");
  let digits = "0123456789_";
  if (accept("0")) {
    if (accept("xX")) digits = "0123456789abcdefABCDEF_";
    else if (accept("oO")) digits = "01234567_";
    else if (accept("bB")) digits = "01_";
  }
  acceptRun(digits);
  if (accept(".")) acceptRun(digits);
  if (digits.length === 11 && accept("eE")) {
    accept("+-");
    acceptRun("0123456789_");
  }
  if (digits.length === 23 && accept("pP")) {
    accept("+-");
    acceptRun("0123456789_");
  }
  accept("i");
  return isAlphaNumericAt(source, end) > 0 ? undefined : end;
}
