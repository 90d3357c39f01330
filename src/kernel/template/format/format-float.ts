/** With the fewest digits, numbers of this many and more digits take an exponent. */
const SHORTEST_LARGEST = 6;

/** A float64 as Go's strconv.FormatFloat with `e` or `g`; precision -1 takes the fewest digits that tell it apart. */
export function formatFloat(value: number, verb: "e" | "g", precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const isShortest = precision === -1;
  const wanted = verb === "e" ? precision + 1 : Math.max(precision, 1);
  const { digits, exponent } = isShortest ? shortest(Math.abs(value)) : significant(Math.abs(value), wanted);
  if (verb === "e") return sign + withExponent(digits, exponent, isShortest ? digits.length - 1 : precision);
  let largest = isShortest ? SHORTEST_LARGEST : wanted;
  if (!isShortest && largest > digits.length && digits.length >= exponent + 1) largest = digits.length;
  if (exponent < -4 || exponent >= largest) return sign + withExponent(digits, exponent, digits.length - 1);
  return sign + withoutExponent(digits, exponent);
}

interface Decimal {
  /** Without zeros at the end. */
  readonly digits: string;
  /** Of the first digit. */
  readonly exponent: number;
}

function shortest(value: number): Decimal {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

/** The first digits, exactly rounded. */
function significant(value: number, count: number): Decimal {
  if (value === 0) return { digits: "0", exponent: 0 };
  const exact = exactDecimal(value);
  const all = exact.digits.toString();
  const exponent = all.length - 1 - exact.places;
  if (all.length <= count) return { digits: trimmed(all), exponent };
  const rounded = roundHalfEven(exact.digits, all.length - count).toString();
  return { digits: trimmed(rounded), exponent: exponent + rounded.length - count };
}

function trimmed(digits: string): string {
  return digits.replace(/(?!^)0+$/, "");
}

function withExponent(digits: string, exponent: number, precision: number): string {
  const fraction = digits.slice(1, precision + 1).padEnd(precision, "0");
  const size = Math.abs(exponent).toString().padStart(2, "0");
  return `${digits[0]}${precision > 0 ? `.${fraction}` : ""}e${exponent < 0 ? "-" : "+"}${size}`;
}

function withoutExponent(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** A float64 with a fixed number of digits behind the point, exactly rounded. */
export function fixedFloat(value: number, precision: number): string {
  const exact = exactDecimal(Math.abs(value));
  const scaled =
    exact.places > precision
      ? roundHalfEven(exact.digits, exact.places - precision)
      : exact.digits * 10n ** BigInt(precision - exact.places);
  const text = scaled.toString().padStart(precision + 1, "0");
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + (precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`);
}

/** A float64 as the decimal that it exactly is: `digits / 10^places`. */
function exactDecimal(value: number): { digits: bigint; places: number } {
  let scaled = value;
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings++;
  }
  return { digits: BigInt(scaled) * 5n ** BigInt(halvings), places: halvings };
}

function roundHalfEven(digits: bigint, places: number): bigint {
  const unit = 10n ** BigInt(places);
  const whole = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
}
