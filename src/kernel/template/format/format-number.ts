import { failed } from "../template-fault.ts";
import type { Flags } from "./flags.ts";
import { fixedFloat, formatFloat } from "./format-float.ts";
import { pad } from "./pad.ts";

/** A float64 by a verb of printf; undefined when the verb is not for them. */
export function formatNumber(value: number, verb: string, flags: Flags): string | undefined {
  const text = textOf(value, verb, flags);
  if (text === undefined) return undefined;
  const isFinite = Number.isFinite(value);
  const unsigned = text.replace(/^[+-]/, "");
  const shown = flags.sharp && isFinite ? withPoint(unsigned, verb, flags.precision) : unsigned;
  const isNegative = text.startsWith("-");
  const isPositiveInf = text.startsWith("+");
  const sign = isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : isPositiveInf ? "+" : "";
  if (!isFinite) return pad(sign + shown, flags, false);
  if (sign !== "" && flags.zero && !flags.minus) return sign + shown.padStart((flags.width ?? 0) - 1, "0");
  return pad(sign + shown, flags);
}

function textOf(value: number, verb: string, { precision }: Flags): string | undefined {
  switch (verb) {
    case "v":
    case "g":
      return formatFloat(value, "g", precision ?? -1);
    case "G":
      return formatFloat(value, "g", precision ?? -1).replace("e", "E");
    case "e":
      return formatFloat(value, "e", precision ?? 6);
    case "E":
      return formatFloat(value, "e", precision ?? 6).replace("e", "E");
    case "f":
    case "F":
      return Number.isFinite(value) ? fixedFloat(value, precision ?? 6) : formatFloat(value, "g", -1);
    case "b":
    case "x":
    case "X":
      throw failed("a float with a binary exponent cannot be printed");
    default:
      return undefined;
  }
}

/** The flag # keeps the point, and with %g the zeros behind it. */
function withPoint(text: string, verb: string, precision: number | undefined): string {
  const [mantissa = "", exponent] = text.split(/(?=[eE])/);
  let wanted = 0;
  if (/[vgG]/.test(verb)) wanted = precision ?? 6;
  const significant = mantissa.replace(".", "").replace(/^0+/, "");
  let missing = wanted - significant.length;
  if (mantissa === "0") missing -= 1;
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.`}${"0".repeat(Math.max(missing, 0))}${exponent ?? ""}`;
}
