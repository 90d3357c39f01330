import { GoInteger, GoMap, GoSlice, type Value } from "./value.ts";

/** A value's Go type, as `%T` prints it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    default:
  }
  if (value === null || value === undefined) return "<nil>";
  if (typeof value !== "object") return "";
  if (value instanceof GoInteger) return value.type;
  if (value instanceof GoSlice) return `[]${value.element}`;
  if (value instanceof GoMap) return `map[string]${value.element}`;
  return value.isPointer ? `*${value.type}` : value.type;
}

/** A value's Go kind, as reflect's Kind prints it. */
export function kindName(value: Value): string {
  if (value === null || value === undefined) return "invalid";
  if (value instanceof GoSlice) return "slice";
  if (value instanceof GoMap) return "map";
  if (typeof value !== "object" || value instanceof GoInteger) return typeName(value);
  if (value.isPointer) return "ptr";
  return value.type === "time.Duration" ? "int64" : "struct";
}
