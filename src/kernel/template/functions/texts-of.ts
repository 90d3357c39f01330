import type { Meter } from "../execute/meter.ts";
import { textOf } from "../format/format-value.ts";
import { GoSlice, type Value } from "../values/value.ts";

/** A list's elements as texts, without its nils; anything else is a list of itself. */
export function textsOf(value: Value, meter: Meter): string[] {
  if (value === null || value === undefined) return [];
  if (!(value instanceof GoSlice)) return [textOf(value, meter)];
  if (value.element === "string") return value.items as string[];
  return value.items.filter((item) => item !== null && item !== undefined).map((item) => textOf(item, meter));
}
