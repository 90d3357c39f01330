/** An instant in a zone, as Go's time.Time: nanoseconds since the epoch. */
export interface GoTime {
  readonly nanos: bigint;
  readonly zone: Zone;
}

/** A place's rule for its offset. */
export interface Zone {
  /** As Go's Location prints; "Local" and "UTC" are UTC here, since Kustody runs in it. */
  readonly name: string;
  /** Seconds east of UTC at an instant, and the abbreviation. */
  readonly at: (seconds: bigint) => { readonly offset: number; readonly abbreviation: string };
}

export const UTC: Zone = { name: "UTC", at: () => ({ offset: 0, abbreviation: "UTC" }) };

/** Year 1, which Go's zero time is. */
export const ZERO_TIME: GoTime = { nanos: -62_135_596_800n * 1_000_000_000n, zone: UTC };

export function fixedZone(offset: number, abbreviation: string): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

export interface CivilTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nano: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
  readonly offset: number;
  readonly abbreviation: string;
}

export const floorDivide = (a: bigint, b: bigint): bigint => (a >= 0n ? a / b : -((-a + b - 1n) / b));

export function civilTime({ nanos, zone }: GoTime): CivilTime {
  const seconds = floorDivide(nanos, 1_000_000_000n);
  const nano = Number(nanos - seconds * 1_000_000_000n);
  const { offset, abbreviation } = zone.at(seconds);
  const local = seconds + BigInt(offset);
  const days = floorDivide(local, 86_400n);
  const ofDay = Number(local - days * 86_400n);
  const { year, month, day } = civilDate(Number(days));
  return {
    year,
    month,
    day,
    hour: Math.floor(ofDay / 3_600),
    minute: Math.floor((ofDay % 3_600) / 60),
    second: ofDay % 60,
    nano,
    weekday: (((Number(days) + 4) % 7) + 7) % 7,
    yearDay: Number(days) - daysOf(year, 1, 1) + 1,
    offset,
    abbreviation,
  };
}

/** The date of a day since 1970-01-01 in the Gregorian calendar, by eras of 400 years that begin in March. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Days since 1970-01-01 of a date. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear - 719_468;
}
