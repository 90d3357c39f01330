/**
 * An integer as Go's strconv.ParseInt with base 0 reads it: `0x`, `0o`, `0b`, a leading 0 for octal, underscores between
 * digits. Undefined when it is none or beyond the bounds.
 */
export function parseGoInt(text: string, min: bigint, max: bigint, base = 0): bigint | undefined {
  const [, sign = "", unsigned = ""] = /^([+-]?)([0-9a-zA-Z_]+)$/.exec(text) ?? [];
  const literal = base === 0 ? literalDigits(unsigned) : { radix: base, digits: unsigned };
  if (literal === undefined || literal.digits === "") return undefined;
  let value = 0n;
  for (const char of literal.digits.toLowerCase()) {
    const digit = "0123456789abcdefghijklmnopqrstuvwxyz".indexOf(char);
    if (digit === -1 || digit >= literal.radix) return undefined;
    value = value * BigInt(literal.radix) + BigInt(digit);
    if (value > max + 1n) return undefined;
  }
  if (sign === "-") value = -value;
  return value < min || value > max ? undefined : value;
}

function literalDigits(text: string): { radix: number; digits: string } | undefined {
  const [, prefix = "", digits = ""] = /^(0[xXoObB]|0(?=[0-9_]))?(.*)$/.exec(text) ?? [];
  const radix = { x: 16, b: 2, o: 8 }[prefix.slice(1).toLowerCase()] ?? (prefix === "0" ? 8 : 10);
  // One underscore between digits, or behind the prefix.
  if (digits.includes("_") && !/^_?[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*$/.test(digits)) return undefined;
  if (prefix === "" && digits.startsWith("_")) return undefined;
  return { radix, digits: digits.replaceAll("_", "") };
}

const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;

/** A number as Go's strconv.ParseFloat reads it, underscores between digits too; undefined when it is none or too large. */
export function parseGoFloat(literal: string): number | undefined {
  const isSeparated = literal.includes("_");
  if (isSeparated && !/^[+-]?(?:0[xX](?=_))?(?:_?[0-9a-fA-FxX]|[.+-](?!_)|[pP](?!_))+$/.test(literal)) return undefined;
  if (/_[.eEpP+-]|[.eEpP+-]_|__|_$/.test(literal)) return undefined;
  const text = literal.replaceAll("_", "");
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const [, sign = "", whole = "", fraction = "", exponent] = HEXADECIMAL.exec(text) ?? [];
  if (exponent === undefined || whole + fraction === "") return undefined;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const value = Number(mantissa) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return sign === "-" ? -value : value;
}
