import { GoInteger, GoMap, GoSlice, type Value } from "./value.ts";

/** Whether `if` takes a value as true. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case "string":
      return value !== "";
    case "boolean":
      return value;
    case "bigint":
      return value !== 0n;
    case "number":
      return value !== 0;
    default:
  }
  if (value === null || value === undefined) return false;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoInteger) return value.value !== 0n;
  return true;
}
