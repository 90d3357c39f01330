/**
 * A number as Go's `strconv.FormatFloat(number, 'f', -1, 64)`: the fewest digits that give the same number, never with an
 * exponent.
 */
export function formatGoFloat(number: number): string {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "+Inf" : "-Inf";
  const sign = number < 0 || Object.is(number, -0) ? "-" : "";
  const [mantissa = "", exponentText] = Math.abs(number).toString().split("e");
  if (exponentText === undefined) return sign + mantissa;
  const [whole = "", fraction = ""] = mantissa.split(".");
  const point = whole.length + Number(exponentText);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + "0".repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A number as Go's encoding/json writes a float64: with an exponent below 1e-6 and from 1e21 (ECMAScript's rule, `e-09` as `e-9`). */
export function formatGoJsonFloat(number: number): string {
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return number.toString();
  return formatGoFloat(number);
}

/** Whether two decimal texts of JSON numbers are the same number, exactly. */
export function isSameDecimal(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  if (trimmed === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length);
  return `${sign}${trimmed}e${power}`;
}
