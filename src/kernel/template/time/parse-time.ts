import { failed } from "../template-fault.ts";
import { MONTHS, WEEKDAYS } from "./format-time.ts";
import { daysOf, fixedZone, type GoTime, UTC, type Zone } from "./go-time.ts";
import { type LayoutPiece, readLayout } from "./layout.ts";

interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nano: number;
  pm: boolean | undefined;
  offset: number | undefined;
  abbreviation: string;
}

/** A time as Go's time.ParseInLocation reads it by a layout; what the layout leaves out is that of year 0. @throws TemplateFault */
export function parseTime(layout: string, text: string, zone: Zone): GoTime {
  const fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nano: 0,
    pm: undefined,
    offset: undefined,
    abbreviation: "",
  };
  let at = 0;
  for (const piece of readLayout(layout)) {
    at += readPiece(piece, text.slice(at), fields);
    if (piece.element === "5" || piece.element === "05") at += readFraction(text.slice(at), layout, fields);
  }
  if (at !== text.length) throw refuse();
  return timeOf(fields, zone);
}

const refuse = (): Error => failed("a text is no time of this layout");

/** Reads one piece into the fields, and says how many bytes it took. */
function readPiece({ element, text: layout }: LayoutPiece, text: string, fields: Fields): number {
  const number = (pattern: RegExp, low: number, high: number): [value: number, size: number] => {
    const found = pattern.exec(text)?.[0];
    const value = Number(found?.trim());
    if (found === undefined || value < low || value > high) throw refuse();
    return [value, found.length];
  };
  let size = 0;
  switch (element) {
    case "text":
      return readText(layout, text);
    case "January":
    case "Jan":
      [fields.month, size] = named(MONTHS, element === "Jan" ? 3 : undefined, text);
      return size;
    case "Monday":
    case "Mon":
      return named(WEEKDAYS, element === "Mon" ? 3 : undefined, text)[1];
    case "1":
      [fields.month, size] = number(/^[0-9]{1,2}/, 1, 12);
      return size;
    case "01":
      [fields.month, size] = number(/^[0-9]{2}/, 1, 12);
      return size;
    case "2":
    case "_2":
      [fields.day, size] = number(element === "_2" ? /^ ?[0-9]{1,2}/ : /^[0-9]{1,2}/, 0, 31);
      return size;
    case "02":
      [fields.day, size] = number(/^[0-9]{2}/, 0, 31);
      return size;
    case "__2":
    case "002":
      [fields.yearDay, size] = number(element === "__2" ? /^ {0,2}[0-9]{1,3}/ : /^[0-9]{3}/, 1, 366);
      return size;
    case "15":
      [fields.hour, size] = number(/^[0-9]{1,2}/, 0, 23);
      return size;
    case "3":
    case "03":
      [fields.hour, size] = number(element === "3" ? /^[0-9]{1,2}/ : /^[0-9]{2}/, 0, 12);
      return size;
    case "4":
    case "04":
      [fields.minute, size] = number(element === "4" ? /^[0-9]{1,2}/ : /^[0-9]{2}/, 0, 59);
      return size;
    case "5":
    case "05":
      [fields.second, size] = number(element === "5" ? /^[0-9]{1,2}/ : /^[0-9]{2}/, 0, 59);
      return size;
    case "2006":
      [fields.year, size] = number(/^[0-9]{4}/, 0, 9_999);
      return size;
    case "06":
      [fields.year, size] = number(/^[0-9]{2}/, 0, 99);
      fields.year += fields.year >= 69 ? 1_900 : 2_000;
      return size;
    case "PM":
    case "pm":
      return readHalf(element, text, fields);
    case "MST":
      return readAbbreviation(text, fields);
    case "zone":
      return readOffset(layout, text, fields);
    default:
      return readLayoutFraction(layout, text, fields);
  }
}

/** Any number of spaces stands for any other. */
function readText(layout: string, text: string): number {
  let at = 0;
  for (let index = 0; index < layout.length; index++) {
    if (layout[index] === " ") {
      if (at < text.length && text[at] !== " ") throw refuse();
      while (layout[index + 1] === " ") index++;
      while (text[at] === " ") at++;
    } else if (text[at++] !== layout[index]) throw refuse();
  }
  return at;
}

function named(names: readonly string[], length: number | undefined, text: string): [number, number] {
  const lower = text.toLowerCase();
  const index = names.findIndex((name) => lower.startsWith(name.slice(0, length).toLowerCase()));
  if (index === -1) throw refuse();
  return [index + 1, names[index]?.slice(0, length).length ?? 0];
}

function readHalf(element: "PM" | "pm", text: string, fields: Fields): number {
  const half = text.slice(0, 2);
  const [am, pm] = element === "PM" ? ["AM", "PM"] : ["am", "pm"];
  if (half !== am && half !== pm) throw refuse();
  fields.pm = half === pm;
  return 2;
}

function readAbbreviation(text: string, fields: Fields): number {
  const found = /^(?:UTC|GMT[+-][0-9]{1,2}|[+-][0-9]{2}|ChST|MeST|WITA|[A-Z]{3,4}T|[A-Z]{3}(?![A-Z]))/.exec(text)?.[0];
  if (found === undefined) throw refuse();
  fields.abbreviation = found;
  if (found === "UTC") fields.offset = 0;
  return found.length;
}

function readOffset(layout: string, text: string, fields: Fields): number {
  if (layout.startsWith("Z") && text.startsWith("Z")) {
    fields.offset = 0;
    return 1;
  }
  const digits = layout.replaceAll(/[^0-9]/g, "").length;
  const colon = layout.includes(":") ? ":" : "";
  const pattern = new RegExp(
    `^([+-])([0-9]{2})${digits >= 4 ? `${colon}([0-9]{2})` : ""}${digits >= 6 ? `${colon}([0-9]{2})` : ""}`,
  );
  const [whole, sign, hours = "0", minutes = "0", seconds = "0"] = pattern.exec(text) ?? [];
  if (whole === undefined || Number(hours) > 24 || Number(minutes) > 60 || Number(seconds) > 60) throw refuse();
  const offset = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  fields.offset = sign === "-" ? -offset : offset;
  return whole.length;
}

/** Behind seconds a fraction may stand though the layout has none. */
function readFraction(text: string, layout: string, fields: Fields): number {
  if (/05?[.,][09]|5[.,][09]/.test(layout)) return 0;
  const found = /^[.,][0-9]+/.exec(text)?.[0];
  if (found === undefined) return 0;
  fields.nano = nanoOf(found);
  return found.length;
}

function readLayoutFraction(layout: string, text: string, fields: Fields): number {
  const isExact = layout[1] === "0";
  const found = /^[.,][0-9]+/.exec(text)?.[0];
  if (!isExact && found === undefined) return 0;
  const taken = isExact ? found?.slice(0, layout.length) : found;
  if (taken === undefined || (isExact && taken.length !== layout.length)) throw refuse();
  fields.nano = nanoOf(taken);
  return taken.length;
}

function nanoOf(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, "0"));
}

function timeOf(fields: Fields, zone: Zone): GoTime {
  const { year, minute, second, nano } = fields;
  let { hour } = fields;
  if (fields.pm === true && hour < 12) hour += 12;
  else if (fields.pm === false && hour === 12) hour = 0;
  const [month, day] = dateOf(fields);
  const local = BigInt(daysOf(year, month, day)) * 86_400n + BigInt(hour * 3_600 + minute * 60 + second);
  if (fields.offset !== undefined) {
    const own = zoneOf(fields.offset, fields.abbreviation, zone, local);
    return { nanos: (local - BigInt(fields.offset)) * 1_000_000_000n + BigInt(nano), zone: own };
  }
  if (fields.abbreviation !== "") {
    // The abbreviation names the zone; Go leaves the instant as if it were UTC.
    const hours = /^GMT([+-][0-9]+)$/.exec(fields.abbreviation)?.[1];
    const own = fixedZone(Number(hours ?? 0) * 3_600, fields.abbreviation);
    return { nanos: local * 1_000_000_000n + BigInt(nano), zone: own };
  }
  const { offset } = zone.at(local);
  return { nanos: (local - BigInt(offset)) * 1_000_000_000n + BigInt(nano), zone };
}

function dateOf({ year, month, day, yearDay }: Fields): [month: number, day: number] {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (yearDay !== undefined) {
    let rest = yearDay;
    for (const [index, length] of lengths.entries()) {
      if (rest <= length) {
        if ((month !== undefined && month !== index + 1) || (day !== undefined && day !== rest)) throw refuse();
        return [index + 1, rest];
      }
      rest -= length;
    }
    throw refuse();
  }
  const [inMonth, ofDay] = [month ?? 1, day ?? 1];
  if (ofDay < 1 || ofDay > (lengths[inMonth - 1] ?? 0)) throw refuse();
  return [inMonth, ofDay];
}

function zoneOf(offset: number, abbreviation: string, zone: Zone, local: bigint): Zone {
  if (offset === 0 && (abbreviation === "" || abbreviation === "UTC")) return UTC;
  const there = zone.at(local - BigInt(offset));
  if (there.offset === offset && (abbreviation === "" || there.abbreviation === abbreviation)) return zone;
  return fixedZone(offset, abbreviation);
}
