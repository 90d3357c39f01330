import { KustodyError } from "../../../kernel/errors.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A flag's duration, `90s`, `5m` or `1h`, in milliseconds; 0 does not wait. Errors: KST_USAGE. */
export function milliseconds(text: string, flag: string): number {
  const [, count = "", unit = "s"] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  if (count !== "") return Number(count) * (UNITS[unit] ?? 1000);
  throw new KustodyError("KST_USAGE", `${flag} takes a duration such as 90s, 5m or 1h`);
}
