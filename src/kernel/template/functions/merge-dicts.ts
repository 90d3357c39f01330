import type { Meter } from "../execute/meter.ts";
import { isTrue } from "../values/truth.ts";
import { GoMap } from "../values/value.ts";

/**
 * Puts the entries of `from` into `into`: those that are missing or empty there, or with `overwrites` all; dictionaries in both are merged likewise.
 */
export function mergeInto(into: GoMap, from: GoMap, overwrites: boolean, meter: Meter): void {
  if (into === from) return;
  for (const [key, value] of from.entries) {
    meter.step();
    const present = into.entries.get(key);
    if (present instanceof GoMap && value instanceof GoMap) mergeInto(present, value, overwrites, meter);
    else if (!into.entries.has(key) || overwrites || !isTrue(present)) into.entries.set(key, value);
  }
}
