import { failed } from "../template-fault.ts";
import { kindName, typeName } from "../values/type-name.ts";
import { GoInteger, GoMap, GoSlice, isObject, type Value } from "../values/value.ts";
import { type FunctionTable, fn, variadic } from "./go-function.ts";

type BasicKind = "bool" | "int" | "uint" | "float" | "string" | "other";

function basicKind(value: Value): BasicKind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "string":
      return "string";
    default:
  }
  if (value instanceof GoInteger) return value.type.startsWith("u") ? "uint" : "int";
  return "other";
}

const isInteger = (kind: BasicKind): boolean => kind === "int" || kind === "uint";
const integerOf = (value: Value): bigint => (value instanceof GoInteger ? value.value : (value as bigint));

/** Go's `eq` for two values: numbers of one kind only, and nothing that cannot be compared. */
export function isEqual(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (isInteger(kindA) && isInteger(kindB)) return integerOf(a) === integerOf(b);
  if (kindA !== kindB) {
    if (isNothing(a) || isNothing(b)) return false;
    throw failed(`values of types ${typeName(a)} and ${typeName(b)} cannot be compared`);
  }
  if (kindA !== "other") return a === b;
  if (!isNothing(a) && !isNothing(b) && kindName(a) !== kindName(b)) {
    throw failed(`values of types ${typeName(a)} and ${typeName(b)} cannot be compared`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (!isObject(a) || !isObject(b)) throw failed(`values of type ${typeName(b)} cannot be compared`);
  if (a.isPointer || a.type !== b.type) return a === b;
  return [...a.fields].every(([name, value]) => value === b.fields.get(name)) && a.toText?.() === b.toText?.();
}

const isNothing = (value: Value): boolean => value === undefined || value === null;
const isNil = (value: Value): boolean =>
  isNothing(value) || ((value instanceof GoSlice || value instanceof GoMap) && value.isNil);

function isLess(a: Value, b: Value): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA === "other" || kindB === "other") throw failed("values of these types have no order");
  if (isInteger(kindA) && isInteger(kindB)) return integerOf(a) < integerOf(b);
  if (kindA !== kindB) throw failed(`values of types ${typeName(a)} and ${typeName(b)} cannot be compared`);
  if (kindA === "bool") throw failed("values of type bool have no order");
  return (a as string | number) < (b as string | number);
}

/** https://pkg.go.dev/text/template#hdr-Functions */
export const COMPARISONS: FunctionTable = {
  eq: variadic(["value"], "value", ([first, ...others]) => {
    if (others.length === 0) throw failed("eq needs something to compare with");
    return others.some((other) => isEqual(first, other));
  }),
  ne: fn(["value", "value"], ([a, b]) => !isEqual(a, b)),
  lt: fn(["value", "value"], ([a, b]) => isLess(a, b)),
  le: fn(["value", "value"], ([a, b]) => isLess(a, b) || isEqual(a, b)),
  gt: fn(["value", "value"], ([a, b]) => !(isLess(a, b) || isEqual(a, b))),
  ge: fn(["value", "value"], ([a, b]) => !isLess(a, b)),
};
