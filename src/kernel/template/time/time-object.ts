import { type FunctionTable, fn } from "../functions/go-function.ts";
import { failed } from "../template-fault.ts";
import { GoInteger, type GoObject, int64, type Value } from "../values/value.ts";
import { formatTime, MONTHS, WEEKDAYS } from "./format-time.ts";
import { civilTime, floorDivide, type GoTime, UTC } from "./go-time.ts";

const times = new WeakMap<GoObject, GoTime>();

/** A time as templates see it: Go's time.Time with its methods. */
export function timeObject(time: GoTime): GoObject {
  const object: GoObject = {
    type: "time.Time",
    isPointer: false,
    fields: new Map(),
    methods: methodsOf(time),
    toText: () => formatTime(time, "2006-01-02 15:04:05.999999999 -0700 MST"),
    toJson: () => formatTime(time, "2006-01-02T15:04:05.999999999Z07:00"),
  };
  times.set(object, time);
  return object;
}

/** The time that a value is; undefined where it is none. */
export function timeOf(value: Value): GoTime | undefined {
  return typeof value === "object" && value !== null && !(value instanceof GoInteger)
    ? times.get(value as GoObject)
    : undefined;
}

function methodsOf(time: GoTime): FunctionTable {
  const civil = civilTime(time);
  const whole = (value: number): bigint => BigInt(value);
  const seconds = floorDivide(time.nanos, 1_000_000_000n);
  const other = (value: Value): GoTime => {
    const found = timeOf(value);
    if (found === undefined) throw failed("a time can be compared with times only");
    return found;
  };
  return {
    Format: fn(["string"], ([layout]) => formatTime(time, layout)),
    String: fn([], () => formatTime(time, "2006-01-02 15:04:05.999999999 -0700 MST")),
    Unix: fn([], () => int64(seconds)),
    UnixMilli: fn([], () => int64(floorDivide(time.nanos, 1_000_000n))),
    UnixMicro: fn([], () => int64(floorDivide(time.nanos, 1_000n))),
    UnixNano: fn([], () => int64(time.nanos)),
    UTC: fn([], () => timeObject({ ...time, zone: UTC })),
    Local: fn([], () => timeObject({ ...time, zone: { ...UTC, name: "Local" } })),
    Year: fn([], () => whole(civil.year)),
    Month: fn([], () => namedNumber("time.Month", MONTHS[civil.month - 1] ?? "")),
    Day: fn([], () => whole(civil.day)),
    Hour: fn([], () => whole(civil.hour)),
    Minute: fn([], () => whole(civil.minute)),
    Second: fn([], () => whole(civil.second)),
    Nanosecond: fn([], () => whole(civil.nano)),
    YearDay: fn([], () => whole(civil.yearDay)),
    Weekday: fn([], () => namedNumber("time.Weekday", WEEKDAYS[civil.weekday] ?? "")),
    IsZero: fn([], () => time.nanos === -62_135_596_800n * 1_000_000_000n),
    AddDate: fn(["int", "int", "int"], ([years, months, days]) => timeObject(addDate(time, [years, months, days]))),
    After: fn(["any"], ([value]) => time.nanos > other(value).nanos),
    Before: fn(["any"], ([value]) => time.nanos < other(value).nanos),
    Equal: fn(["any"], ([value]) => time.nanos === other(value).nanos),
  };
}

/** A number that prints as a name, as Go's months and days of the week. */
function namedNumber(type: string, name: string): GoObject {
  return { type, isPointer: false, fields: new Map(), methods: { String: fn([], () => name) }, toText: () => name };
}

function addDate(time: GoTime, [years, months, days]: readonly [bigint, bigint, bigint]): GoTime {
  const civil = civilTime(time);
  const date = new Date(0);
  date.setUTCFullYear(civil.year + Number(years), civil.month - 1 + Number(months), civil.day + Number(days));
  date.setUTCHours(civil.hour, civil.minute, civil.second, 0);
  if (Number.isNaN(date.getTime())) throw failed("a date is out of range");
  const local = BigInt(date.getTime() / 1_000);
  const { offset } = time.zone.at(local - BigInt(civil.offset));
  return { ...time, nanos: (local - BigInt(offset)) * 1_000_000_000n + BigInt(civil.nano) };
}
