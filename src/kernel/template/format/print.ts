import type { Meter } from "../execute/meter.ts";
import type { Value } from "../values/value.ts";
import { textOf } from "./format-value.ts";

/** Go's fmt.Sprint: a space between two neighbours of which neither is a text. */
export function sprint(values: readonly Value[], meter: Meter): string {
  let out = "";
  let afterText = true;
  for (const value of values) {
    const isText = typeof value === "string";
    if (!isText && !afterText) out += " ";
    out += textOf(value, meter);
    afterText = isText;
  }
  return out;
}

/** Go's fmt.Sprintln. */
export function sprintln(values: readonly Value[], meter: Meter): string {
  return `${values.map((value) => textOf(value, meter)).join(" ")}\n`;
}
