import { bytesOfRune, RUNE_ERROR } from "../values/utf8.ts";
import type { Flags } from "./flags.ts";
import { pad } from "./pad.ts";
import { isPrintable, quoteRune } from "./quote.ts";

/** An integer by a verb of printf; undefined when the verb is not for integers. */
export function formatInteger(value: bigint, isSigned: boolean, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      if (flags.sharpV && !isSigned) return digitsOf(value, 16, "x", { ...flags, sharp: true });
      return digitsOf(value, 10, verb, flags);
    case "d":
      return digitsOf(value, 10, verb, flags);
    case "b":
      return digitsOf(value, 2, verb, flags);
    case "o":
    case "O":
      return digitsOf(value, 8, verb, flags);
    case "x":
    case "X":
      return digitsOf(value, 16, verb, flags);
    case "c":
      return pad(bytesOfRune(runeOf(value)), flags);
    case "q":
      return pad(quoteRune(runeOf(value), flags.plus), flags);
    case "U":
      return unicode(value, flags);
    default:
      return undefined;
  }
}

function runeOf(value: bigint): number {
  return value < 0n || value > 0x10ffffn ? RUNE_ERROR : Number(value);
}

function digitsOf(value: bigint, base: 2 | 8 | 10 | 16, verb: string, flags: Flags): string {
  const isNegative = value < 0n;
  if (flags.precision === 0 && value === 0n) return " ".repeat(flags.width ?? 0);
  let least = flags.precision ?? 0;
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    least = flags.width - (isNegative || flags.plus || flags.space ? 1 : 0);
  }
  let digits = (isNegative ? -value : value).toString(base).padStart(least, "0");
  if (verb === "X") digits = digits.toUpperCase();
  if (flags.sharp && base === 2) digits = `0b${digits}`;
  if (flags.sharp && base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
  if (flags.sharp && base === 16) digits = (verb === "X" ? "0X" : "0x") + digits;
  if (verb === "O") digits = `0o${digits}`;
  const sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  return pad(sign + digits, flags, false);
}

function unicode(value: bigint, flags: Flags): string {
  const unsigned = BigInt.asUintN(64, value);
  const digits = unsigned
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), "0");
  const shows = flags.sharp && unsigned <= 0x10ffffn && isPrintable(Number(unsigned));
  return pad(`U+${digits}${shows ? ` '${bytesOfRune(Number(unsigned))}'` : ""}`, flags, false);
}
