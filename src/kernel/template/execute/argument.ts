import type { ParameterType } from "../functions/go-function.ts";
import { failed } from "../template-fault.ts";
import { typeName } from "../values/type-name.ts";
import { ANY, GoInteger, GoMap, GoSlice, type Value } from "../values/value.ts";

const GO_NAMES: Readonly<Record<ParameterType, string>> = {
  any: ANY,
  value: "reflect.Value",
  string: "string",
  bool: "bool",
  int: "int",
  int64: "int64",
  uint32: "uint32",
  float64: "float64",
  dict: `map[string]${ANY}`,
  list: `[]${ANY}`,
  time: "time.Time",
  certificate: "sprig.certificate",
};

export function goName(type: ParameterType): string {
  return GO_NAMES[type];
}

/** A value as an argument of a type: Go takes it where it may be assigned, and refuses everything else. */
export function argumentOf(value: Value, type: ParameterType): Value {
  switch (type) {
    case "any":
      return value ?? null;
    case "value":
      return value;
    default:
  }
  if (value === undefined || (value === null && (type === "dict" || type === "list"))) return nilOf(type, value);
  return fits(value, type) ? converted(value) : refuse(value, type);
}

/** `nil` as an argument of a type. */
export function nilOf(type: ParameterType, value?: Value): Value {
  if (type === "any") return null;
  if (type === "value") return undefined;
  if (value === null) return refuse(value, type);
  if (type === "dict") return new GoMap(new Map(), ANY, true);
  if (type === "list") return new GoSlice([], ANY, true);
  throw failed(`there is no value where a ${goName(type)} was expected`);
}

function fits(value: Value, type: ParameterType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "bool":
      return typeof value === "boolean";
    case "int":
      return typeof value === "bigint";
    case "float64":
      return typeof value === "number";
    case "dict":
      return value instanceof GoMap && value.element === ANY;
    case "list":
      return value instanceof GoSlice && value.element === ANY;
    default:
      return typeName(value) === goName(type);
  }
}

function converted(value: Value): Value {
  return value instanceof GoInteger && value.type === "uint32" ? value.value : value;
}

function refuse(value: Value, type: ParameterType): never {
  throw failed(`a value of type ${typeName(value)} stands where a ${goName(type)} was expected`);
}
