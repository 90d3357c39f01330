import { parseGoFloat, parseGoInt } from "./parse-number.ts";
import { GoInteger, type Value } from "./value.ts";

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;

/** A whole number of anything, as sprig's `int64` takes it; 0 where it is none. */
export function toInteger(value: Value): bigint {
  switch (typeof value) {
    case "bigint":
      return value;
    case "boolean":
      return value ? 1n : 0n;
    case "number":
      return truncated(value);
    case "string":
      return parseGoInt(withoutZeroFraction(value), MIN, MAX) ?? 0n;
    default:
      return value instanceof GoInteger ? BigInt.asIntN(64, value.value) : 0n;
  }
}

/** A float64 of anything, as sprig's `float64` takes it; 0 where it is none. */
export function toFloat(value: Value): number {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "boolean":
      return value ? 1 : 0;
    case "number":
      return value;
    case "string":
      return parseGoFloat(value) ?? 0;
    default:
      return value instanceof GoInteger ? Number(value.value) : 0;
  }
}

/** What a float64 becomes as an int64: x86 gives the smallest for all that do not fit. */
function truncated(value: number): bigint {
  if (!Number.isFinite(value)) return MIN;
  const whole = BigInt(Math.trunc(value));
  return whole < MIN || whole > MAX ? MIN : whole;
}

/** `1.00` is `1`. */
function withoutZeroFraction(text: string): string {
  return text.replace(/\.0+$/, "");
}

/** An int as a JavaScript number; those beyond 2^53 become the nearest. */
export function count(value: bigint): number {
  return Number(value);
}
