import { KustodyError } from "../../errors.ts";

const NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const LARGEST = (1n << 63n) - 1n;

/**
 * A duration as Go's `time.ParseDuration` reads it (`1h30m`, `-1.5h`, `0`), in nanoseconds. Fractions of a nanosecond are
 * cut off.
 *
 * @throws KST_DURATION_INVALID
 */
export function parseGoDuration(text: string): bigint {
  const refuse = (why: string): KustodyError =>
    new KustodyError("KST_DURATION_INVALID", `${JSON.stringify(text.slice(0, 60))} is not a duration: ${why}`, {
      hint: "write it as 1h30m, 45s or 1.5h",
    });
  if (text.length > 200) throw refuse("it is too long");
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === "0") return 0n;
  if (body === "") throw refuse("it is empty");
  let total = 0n;
  let rest = body;
  while (rest !== "") {
    const [part = "", whole = "", fraction = "", unit = ""] = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(rest) ?? [];
    if (whole === "" && fraction === "") throw refuse("a number is missing");
    const nanos = Object.hasOwn(NANOS, unit) ? NANOS[unit] : undefined;
    if (nanos === undefined) throw refuse(unit === "" ? "a unit is missing" : "a unit is unknown");
    total += BigInt(whole || "0") * nanos;
    total += (BigInt(fraction || "0") * nanos) / 10n ** BigInt(fraction.length);
    if (total > LARGEST + (sign === "-" ? 1n : 0n)) throw refuse("it is longer than 292 years");
    rest = rest.slice(part.length);
  }
  return sign === "-" ? -total : total;
}

/** In milliseconds, rounded down. @throws KST_DURATION_INVALID */
export function parseGoDurationMillis(text: string): number {
  return Math.floor(Number(parseGoDuration(text)) / 1e6);
}

/** Nanoseconds as Go's `Duration.String` writes them: `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${formatGoDuration(-nanos)}`;
  if (nanos === 0n) return "0s";
  if (nanos < 1_000n) return `${nanos}ns`;
  if (nanos < 1_000_000n) return `${decimal(nanos, 3)}µs`;
  if (nanos < 1_000_000_000n) return `${decimal(nanos, 6)}ms`;
  const minutes = nanos / 60_000_000_000n;
  const seconds = `${decimal(nanos % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / 10^places` without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (fraction === "" ? "" : `.${fraction}`);
}
