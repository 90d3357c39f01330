import type { GoFunction } from "../functions/go-function.ts";

/**
 * A Go value. `undefined` is Go's invalid value (what a missing key gives), `null` a nil interface, `bigint` an `int`,
 * `number` a `float64`, `string` a byte string (utf8.ts). The rest are classes that carry their Go type.
 */
export type Value = undefined | null | boolean | bigint | number | string | GoInteger | GoSlice | GoMap | GoObject;

/** Name of an element's type as Go prints it; `interface {}` holds anything. */
export type ElementType = string;
export const ANY: ElementType = "interface {}";

export type IntegerType = "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64";

/** Every integer but an `int`. */
export class GoInteger {
  readonly type: IntegerType;
  readonly value: bigint;

  constructor(type: IntegerType, value: bigint) {
    this.type = type;
    const bits = Number(/\d+$/.exec(type)?.[0] ?? 64);
    this.value = type.startsWith("u") ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  }
}

export class GoSlice {
  readonly element: ElementType;
  readonly items: Value[];
  readonly isNil: boolean;

  constructor(items: Value[], element: ElementType = ANY, isNil = false) {
    this.items = items;
    this.element = element;
    this.isNil = isNil;
  }
}

/** A map with string keys: no other can come from data or functions. */
export class GoMap {
  readonly element: ElementType;
  readonly entries: Map<string, Value>;
  readonly isNil: boolean;

  constructor(entries: Map<string, Value> = new Map(), element: ElementType = ANY, isNil = false) {
    this.entries = entries;
    this.element = element;
    this.isNil = isNil;
  }

  /** In the order in which Go's templates and fmt go through a map. */
  sortedKeys(): string[] {
    return [...this.entries.keys()].sort();
  }
}

/** A struct: fields in order, methods that templates may call, and what it prints as, where that is not its fields. */
export interface GoObject {
  readonly type: string;
  /** Printed with `&` in front, and named `*type` by `%T`. */
  readonly isPointer: boolean;
  readonly fields: ReadonlyMap<string, Value>;
  readonly methods: Readonly<Record<string, GoFunction>>;
  readonly toText?: () => string;
  /** What it is as JSON, where that is not its fields. */
  readonly toJson?: () => Value;
}

export function isObject(value: Value): value is GoObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof GoInteger) &&
    !(value instanceof GoSlice) &&
    !(value instanceof GoMap)
  );
}

export function int64(value: bigint): GoInteger {
  return new GoInteger("int64", value);
}

/** A list of texts: `[]string`. */
export function strings(items: string[]): GoSlice {
  return new GoSlice(items, "string");
}

export function anySlice(items: Value[]): GoSlice {
  return new GoSlice(items);
}
