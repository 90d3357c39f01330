import { type CivilTime, civilTime, type GoTime } from "./go-time.ts";
import { type LayoutPiece, readLayout } from "./layout.ts";

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const two = (value: number): string => String(value).padStart(2, "0");

/** A time as Go's Time.Format writes it by a layout. */
export function formatTime(time: GoTime, layout: string): string {
  const civil = civilTime(time);
  return readLayout(layout)
    .map((piece) => formatPiece(piece, civil))
    .join("");
}

function formatPiece({ element, text }: LayoutPiece, time: CivilTime): string {
  const { year, month, day, hour, minute, second, yearDay } = time;
  const monthName = MONTHS[month - 1] ?? "";
  const dayName = WEEKDAYS[time.weekday] ?? "";
  switch (element) {
    case "text":
      return text;
    case "January":
      return monthName;
    case "Jan":
      return monthName.slice(0, 3);
    case "1":
      return String(month);
    case "01":
      return two(month);
    case "Monday":
      return dayName;
    case "Mon":
      return dayName.slice(0, 3);
    case "2":
      return String(day);
    case "_2":
      return String(day).padStart(2, " ");
    case "02":
      return two(day);
    case "__2":
      return String(yearDay).padStart(3, " ");
    case "002":
      return String(yearDay).padStart(3, "0");
    case "15":
      return two(hour);
    case "3":
      return String(hour % 12 || 12);
    case "03":
      return two(hour % 12 || 12);
    case "4":
      return String(minute);
    case "04":
      return two(minute);
    case "5":
      return String(second);
    case "05":
      return two(second);
    case "2006":
      return `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(4, "0")}`;
    case "06":
      return two(((year % 100) + 100) % 100);
    case "PM":
      return hour >= 12 ? "PM" : "AM";
    case "pm":
      return hour >= 12 ? "pm" : "am";
    case "MST":
      return time.abbreviation === "" ? formatOffset("-0700", time.offset) : time.abbreviation;
    case "zone":
      return formatOffset(text, time.offset);
    default:
      return formatFraction(text, time.nano);
  }
}

function formatOffset(layout: string, offset: number): string {
  if (layout.startsWith("Z") && offset === 0) return "Z";
  const size = Math.abs(offset);
  const [hours, minutes, seconds] = [two(Math.floor(size / 3_600)), two(Math.floor(size / 60) % 60), two(size % 60)];
  const colon = layout.includes(":") ? ":" : "";
  const digits = layout.replaceAll(/[^0-9]/g, "").length;
  const parts = [hours, ...(digits >= 4 ? [minutes] : []), ...(digits >= 6 ? [seconds] : [])];
  return (offset < 0 ? "-" : "+") + parts.join(colon);
}

/** `.000` always shows its digits, `.999` leaves zeros at the end out. */
function formatFraction(layout: string, nano: number): string {
  const digits = String(nano)
    .padStart(9, "0")
    .padEnd(layout.length - 1, "0")
    .slice(0, layout.length - 1);
  if (layout[1] === "0") return layout.slice(0, 1) + digits;
  const shown = digits.replace(/0+$/, "");
  return shown === "" ? "" : layout.slice(0, 1) + shown;
}
