import { KustodyError } from "../../../kernel/errors.ts";

/** A flag's value as a number from 0 to `most`. Errors: KST_USAGE. */
export function wholeNumber(text: string, flag: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new KustodyError("KST_USAGE", `${flag} takes a whole number from 0 to ${most}`);
}
