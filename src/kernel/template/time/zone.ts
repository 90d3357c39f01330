import { UTC, type Zone } from "./go-time.ts";

/** The zone of an IANA name, from the data that Node.js brings; undefined where there is none. */
export function findZone(name: string): Zone | undefined {
  if (name === "" || name === "UTC") return UTC;
  if (name === "Local") return { ...UTC, name: "Local" };
  if (name.length > 64 || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return undefined;
  try {
    const numeric = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
    const short = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "short" });
    return {
      name,
      at: (seconds) => {
        const date = new Date(Number(seconds) * 1_000);
        const offset = offsetOf(zoneName(numeric, date));
        return { offset, abbreviation: abbreviationOf(zoneName(short, date), offset) };
      },
    };
  } catch {
    return undefined;
  }
}

function zoneName(format: Intl.DateTimeFormat, date: Date): string {
  return format.formatToParts(date).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** `GMT+05:30` in seconds. */
function offsetOf(text: string): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = /GMT([+-])(\d+)(?::(\d+))?(?::(\d+))?/.exec(text) ?? [];
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

/** Where a zone has no name of its own for its time, the numbers are its name, as in the tz database. */
function abbreviationOf(name: string, offset: number): string {
  if (!name.startsWith("GMT") || (name === "GMT" && offset === 0)) return name;
  const minutes = Math.abs(offset) / 60;
  const hours = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${hours}${minutes % 60 === 0 ? "" : String(minutes % 60).padStart(2, "0")}`;
}
