import { KustodyError } from "../../../kernel/errors.ts";
import { LARGEST_FILE } from "../../../practices/git/scan/observe.ts";

/** A flag's value as a number from 0 to `most`. Errors: KST_USAGE. */
export function wholeNumber(text: string, flag: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new KustodyError("KST_USAGE", `${flag} takes a whole number from 0 to ${most}`);
}

/** `--max-target-megabytes` in bytes. */
export function largestFile(megabytes: string): number {
  const value = wholeNumber(megabytes, "--max-target-megabytes", 512);
  return value === 0 ? LARGEST_FILE : value * 1_000_000;
}

export function archiveDepth(depth: string): number {
  return wholeNumber(depth, "--max-archive-depth", 20);
}
