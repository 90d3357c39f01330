import type { Meter } from "../execute/meter.ts";
import { GoInteger, GoMap, GoSlice, isObject, type Value } from "./value.ts";

/** Go's reflect.DeepEqual: types count, and a nil list is none that is empty. */
export function deepEqual(a: Value, b: Value, meter: Meter): boolean {
  meter.step();
  if (a === b) return true;
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null);
  if (a instanceof GoInteger) return b instanceof GoInteger && a.type === b.type && a.value === b.value;
  if (a instanceof GoSlice) {
    return (
      b instanceof GoSlice &&
      a.element === b.element &&
      a.isNil === b.isNil &&
      a.items.length === b.items.length &&
      a.items.every((item, index) => deepEqual(item, b.items[index], meter))
    );
  }
  if (a instanceof GoMap) {
    return (
      b instanceof GoMap &&
      a.element === b.element &&
      a.isNil === b.isNil &&
      a.entries.size === b.entries.size &&
      [...a.entries].every(([key, item]) => b.entries.has(key) && deepEqual(item, b.entries.get(key), meter))
    );
  }
  if (!isObject(a) || !isObject(b) || a.type !== b.type || a.fields.size !== b.fields.size) return false;
  return (
    [...a.fields].every(([key, item]) => deepEqual(item, b.fields.get(key), meter)) && a.toText?.() === b.toText?.()
  );
}
