import { deepEqual } from "../values/deep-equal.ts";
import { isTrue } from "../values/truth.ts";
import { kindName, typeName } from "../values/type-name.ts";
import type { Value } from "../values/value.ts";
import { type FunctionTable, fn, variadic } from "./go-function.ts";

/** sprig's empty: what `if` takes as false. */
export function isEmpty(value: Value): boolean {
  return !isTrue(value);
}

export const DEFAULT_FUNCTIONS: FunctionTable = {
  default: variadic(["any"], "any", ([otherwise, given]) => (isEmpty(given) ? otherwise : given)),
  empty: fn(["any"], ([value]) => isEmpty(value)),
  coalesce: variadic([], "any", (values) => values.find((value) => !isEmpty(value)) ?? null),
  all: variadic([], "any", (values) => values.every((value) => !isEmpty(value))),
  any: variadic([], "any", (values) => values.some((value) => !isEmpty(value))),
  ternary: fn(["any", "any", "bool"], ([yes, no, condition]) => (condition ? yes : no)),
  typeOf: fn(["any"], ([value]) => typeName(value)),
  typeIs: fn(["string", "any"], ([name, value]) => name === typeName(value)),
  typeIsLike: fn(["string", "any"], ([name, value]) => name === typeName(value) || `*${name}` === typeName(value)),
  kindOf: fn(["any"], ([value]) => kindName(value)),
  kindIs: fn(["string", "any"], ([name, value]) => name === kindName(value)),
  deepEqual: fn(["any", "any"], ([a, b], { meter }) => deepEqual(a, b, meter)),
};
