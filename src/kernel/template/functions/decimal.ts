import { failed, TemplateFault } from "../template-fault.ts";

/** `digits / 10^places` */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/** Each may have hundreds of digits, and a product has them all. */
const MOST = 1_000;

/** Digits behind the point of a quotient, as sprig's decimals keep them. */
const DIVISION_PLACES = 16;

export function addDecimals(values: readonly number[]): number {
  return fold([0, ...values], (a, b) => sum(a, b, 1n));
}

export function subtractDecimals(values: readonly number[]): number {
  return fold(values, (a, b) => sum(a, b, -1n));
}

export function multiplyDecimals(values: readonly number[]): number {
  return fold(values, (a, b) => ({ digits: a.digits * b.digits, places: a.places + b.places }));
}

/** @throws TemplateFault where something is divided by zero */
export function divideDecimals(values: readonly number[]): number {
  return fold(values, quotient);
}

function fold(values: readonly number[], combine: (a: Decimal, b: Decimal) => Decimal): number {
  if (values.length > MOST) throw new TemplateFault("bound", `it takes more than ${MOST} decimals at once`);
  if (values.some((value) => !Number.isFinite(value))) throw failed("there is no such decimal");
  const [first = decimalOf(0), ...rest] = values.map(decimalOf);
  const { digits, places } = rest.reduce(combine, first);
  return Number(`${digits}e${-places}`);
}

function decimalOf(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const fraction = mantissa.split(".")[1] ?? "";
  const places = fraction.length - Number(exponent);
  const digits = BigInt(mantissa.replace(".", ""));
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

function sum(a: Decimal, b: Decimal, sign: bigint): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: scaled(a, places) + sign * scaled(b, places), places };
}

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places);
}

/** Rounded half away from zero. */
function quotient(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw failed("a decimal is divided by zero");
  const numerator = a.digits * 10n ** BigInt(DIVISION_PLACES + b.places);
  const denominator = b.digits * 10n ** BigInt(a.places);
  const whole = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const isUp = (twice < 0n ? -twice : twice) >= (denominator < 0n ? -denominator : denominator);
  const away = numerator < 0n === denominator < 0n ? 1n : -1n;
  return { digits: isUp ? whole + away : whole, places: DIVISION_PLACES };
}
