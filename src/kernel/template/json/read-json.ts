import type { Meter } from "../execute/meter.ts";
import { failed } from "../template-fault.ts";
import { bytesOfText, textOfBytes } from "../values/utf8.ts";
import { GoMap, GoSlice, type Value } from "../values/value.ts";

const MAX_DEPTH = 1_000;

/**
 * JSON as Go's encoding/json reads it into an `interface{}`: every number a float64. One that is too large is nil where
 * `isTolerant`. @throws TemplateFault
 */
export function readJson(text: string, meter: Meter, isTolerant = false): Value {
  meter.charge(text.length);
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOfBytes(text));
  } catch {
    throw failed("a text is no JSON");
  }
  return valueOf(parsed, meter, isTolerant);
}

/** Plain data as a value; its texts are JavaScript's. Whole numbers are float64 too, as Go reads JSON. */
export function valueOf(data: unknown, meter: Meter, isTolerant = false, depth = 0): Value {
  meter.step();
  if (depth > MAX_DEPTH) throw failed("a text is nested too deeply");
  if (typeof data === "string") return bytesOfText(data);
  if (typeof data === "bigint") return Number(data);
  if (typeof data === "number") {
    if (Number.isFinite(data)) return data;
    if (isTolerant) return null;
    throw failed("a number is too large");
  }
  if (typeof data === "boolean") return data;
  if (typeof data !== "object" || data === null) return null;
  if (Array.isArray(data)) return new GoSlice(data.map((item) => valueOf(item, meter, isTolerant, depth + 1)));
  const entries = Object.entries(data).map(
    ([key, item]) => [bytesOfText(key), valueOf(item, meter, isTolerant, depth + 1)] as const,
  );
  return new GoMap(new Map(entries));
}
