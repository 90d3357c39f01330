import { formatGoDuration, parseGoDuration } from "../../stores/value/go-duration.ts";
import { failed } from "../template-fault.ts";
import { formatTime } from "../time/format-time.ts";
import { floorDivide, type GoTime, UTC, ZERO_TIME } from "../time/go-time.ts";
import { parseTime } from "../time/parse-time.ts";
import { timeObject, timeOf } from "../time/time-object.ts";
import { findZone } from "../time/zone.ts";
import { parseGoInt } from "../values/parse-number.ts";
import { GoInteger, type Value } from "../values/value.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { orElse } from "./json.ts";

const NANOS = 1_000_000_000n;
const LOCAL = { ...UTC, name: "Local" };
const INT_MAX = (1n << 63n) - 1n;

/** sprig's functions for times. Local time is UTC, as in its containers. */
export const DATE_FUNCTIONS: FunctionTable = {
  now: fn([], (_, { now }) => timeObject(present(now))),
  date: fn(["string", "any"], ([layout, value], { now }) => inZone(layout, value, "Local", now)),
  dateInZone: fn(["string", "any", "string"], ([layout, value, zone], { now }) => inZone(layout, value, zone, now)),
  date_in_zone: fn(["string", "any", "string"], ([layout, value, zone], { now }) => inZone(layout, value, zone, now)),
  htmlDate: fn(["any"], ([value], { now }) => inZone("2006-01-02", value, "Local", now)),
  htmlDateInZone: fn(["any", "string"], ([value, zone], { now }) => inZone("2006-01-02", value, zone, now)),
  dateModify: fn(["string", "time"], ([duration, time]) => timeObject(moved(time, durationOf(duration) ?? 0n))),
  date_modify: fn(["string", "time"], ([duration, time]) => timeObject(moved(time, durationOf(duration) ?? 0n))),
  mustDateModify: fn(["string", "time"], ([duration, time]) => timeObject(moved(time, mustDuration(duration)))),
  must_date_modify: fn(["string", "time"], ([duration, time]) => timeObject(moved(time, mustDuration(duration)))),
  toDate: fn(["string", "string"], ([layout, text]) =>
    timeObject(orElse(() => parseTime(layout, text, LOCAL), ZERO_TIME)),
  ),
  mustToDate: fn(["string", "string"], ([layout, text]) => timeObject(parseTime(layout, text, LOCAL))),
  unixEpoch: fn(["time"], ([time]) => String(floorDivide(known(time).nanos, NANOS))),
  ago: fn(["any"], ([value], { now }) => {
    const since = present(now).nanos - instantOf(value, now).nanos;
    return formatGoDuration(rounded(clampDuration(since)));
  }),
  duration: fn(["any"], ([value]) => {
    const seconds = typeof value === "string" ? (parseGoInt(value, -INT_MAX, INT_MAX, 10) ?? 0n) : int64Of(value);
    return formatGoDuration(BigInt.asIntN(64, seconds * NANOS));
  }),
  durationRound: fn(["any"], ([value], { now }) => {
    const time = timeOf(value);
    if (time !== undefined) return largestUnit(present(now).nanos - time.nanos);
    return largestUnit(typeof value === "string" ? (durationOf(value) ?? 0n) : int64Of(value));
  }),
};

function present(now: number): GoTime {
  return { nanos: BigInt(Math.round(now * 1_000)) * 1_000n, zone: LOCAL };
}

function known(value: Value): GoTime {
  const time = timeOf(value);
  if (time === undefined) throw failed("a time was expected");
  return time;
}

/** What sprig takes for a time: one, or seconds since the epoch; anything else is now. */
function instantOf(value: Value, now: number): GoTime {
  const time = timeOf(value);
  if (time !== undefined) return time;
  if (typeof value === "bigint") return { nanos: value * NANOS, zone: LOCAL };
  const isSeconds = value instanceof GoInteger && (value.type === "int64" || value.type === "int32");
  return isSeconds ? { nanos: value.value * NANOS, zone: LOCAL } : present(now);
}

function inZone(layout: string, value: Value, zone: string, now: number): string {
  return formatTime({ nanos: instantOf(value, now).nanos, zone: findZone(zone) ?? UTC }, layout);
}

function moved(value: Value, by: bigint): GoTime {
  const time = known(value);
  return { ...time, nanos: time.nanos + by };
}

/** Undefined when the text is no duration; the error of the parser would show it. */
function durationOf(text: string): bigint | undefined {
  try {
    return parseGoDuration(text);
  } catch {
    return undefined;
  }
}

function mustDuration(text: string): bigint {
  const duration = durationOf(text);
  if (duration === undefined) throw failed("a text is no duration");
  return duration;
}

function int64Of(value: Value): bigint {
  return value instanceof GoInteger && value.type === "int64" ? value.value : 0n;
}

function clampDuration(nanos: bigint): bigint {
  return nanos > INT_MAX ? INT_MAX : nanos < -INT_MAX - 1n ? -INT_MAX - 1n : nanos;
}

/** To whole seconds, halves away from zero. */
function rounded(nanos: bigint): bigint {
  const size = nanos < 0n ? -nanos : nanos;
  const seconds = ((size + NANOS / 2n) / NANOS) * NANOS;
  return nanos < 0n ? -seconds : seconds;
}

const UNITS: readonly (readonly [suffix: string, seconds: bigint])[] = [
  ["y", 365n * 86_400n],
  ["mo", 30n * 86_400n],
  ["d", 86_400n],
  ["h", 3_600n],
  ["m", 60n],
  ["s", 1n],
];

/** The largest unit of which there is more than one, rounded down. */
function largestUnit(duration: bigint): string {
  const size = duration < 0n ? -duration : duration;
  for (const [suffix, seconds] of UNITS) if (size > seconds * NANOS) return `${size / (seconds * NANOS)}${suffix}`;
  return "0s";
}
