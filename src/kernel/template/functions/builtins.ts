import { sprint, sprintln } from "../format/print.ts";
import { sprintf } from "../format/printf.ts";
import { failed } from "../template-fault.ts";
import { isTrue } from "../values/truth.ts";
import { typeName } from "../values/type-name.ts";
import { ANY, GoInteger, GoMap, GoSlice, isObject, type Value } from "../values/value.ts";
import { COMPARISONS } from "./compare.ts";
import { escapeHtml, escapeJs, escapeQuery } from "./escape.ts";
import { type FunctionTable, fn, variadic } from "./go-function.ts";

/** Go's text/template itself; `and` and `or` are the executor's, since they do not look at all of their arguments. */
export const BUILTINS: FunctionTable = {
  ...COMPARISONS,
  and: variadic(["value"], "value", () => undefined),
  or: variadic(["value"], "value", () => undefined),
  not: fn(["value"], ([value]) => !isTrue(value)),
  call: variadic(["value"], "value", () => {
    throw failed("there is no function value to call");
  }),
  len: fn(["value"], ([value]) => lengthOf(value)),
  index: variadic(["value"], "value", ([value, ...indexes]) => indexes.reduce<Value>(indexed, present(value))),
  slice: variadic(["value"], "value", ([value, ...indexes]) => sliced(value, indexes)),
  print: variadic([], "any", (args, { meter }) => sprint(args, meter)),
  println: variadic([], "any", (args, { meter }) => sprintln(args, meter)),
  printf: variadic(["string"], "any", ([format, ...args], { meter }) => sprintf(format, args, meter)),
  html: variadic([], "any", (args, { meter }) => escapeHtml(sprint(args.map(shown), meter))),
  js: variadic([], "any", (args, { meter }) => escapeJs(sprint(args.map(shown), meter))),
  urlquery: variadic([], "any", (args, { meter }) => escapeQuery(sprint(args.map(shown), meter))),
};

function shown(value: Value): Value {
  return value ?? "<no value>";
}

function present(value: Value): Value {
  if (value === undefined || value === null) throw failed("a nil value cannot be indexed or sliced");
  return value;
}

function lengthOf(value: Value): bigint {
  if (typeof value === "string") return BigInt(value.length);
  if (value instanceof GoSlice) return BigInt(value.items.length);
  if (value instanceof GoMap) return BigInt(value.entries.size);
  throw failed(`a value of type ${typeName(value)} has no length`);
}

function indexed(value: Value, index: Value): Value {
  if (value === null || value === undefined) throw failed("a nil value cannot be indexed");
  if (typeof value === "string") {
    const at = position(index, value.length);
    if (at === value.length) throw failed("an index is out of range");
    return new GoInteger("uint8", BigInt(value.charCodeAt(at)));
  }
  if (value instanceof GoSlice) {
    const at = position(index, value.items.length);
    if (at === value.items.length) throw failed("an index is out of range");
    return value.items[at];
  }
  if (!(value instanceof GoMap)) throw failed(`a value of type ${typeName(value)} cannot be indexed`);
  if (typeof index !== "string") throw failed(`a map has keys of type string, not ${typeName(index)}`);
  return value.entries.has(index) ? value.entries.get(index) : zeroOf(value.element);
}

/** What Go's maps give for a key that they do not have. */
function zeroOf(element: string): Value {
  if (element === "string") return "";
  if (element === ANY) return null;
  return undefined;
}

function position(index: Value, most: number): number {
  if (index === undefined || index === null) throw failed("a list cannot be indexed with nil");
  const integer = index instanceof GoInteger ? index.value : index;
  if (typeof integer !== "bigint") throw failed(`a list cannot be indexed with a value of type ${typeName(index)}`);
  if (integer < 0n || integer > BigInt(most)) throw failed("an index is out of range");
  return Number(integer);
}

function sliced(value: Value, indexes: readonly Value[]): Value {
  present(value);
  if (indexes.length > 3) throw failed("slice takes at most three indexes");
  if (typeof value !== "string" && !(value instanceof GoSlice)) {
    throw failed(`a value of type ${isObject(value) ? value.type : typeName(value)} cannot be sliced`);
  }
  if (typeof value === "string" && indexes.length === 3) throw failed("a text cannot be sliced with three indexes");
  const length = typeof value === "string" ? value.length : value.items.length;
  const [from = 0, to = length, capacity = length] = indexes.map((index) => position(index, length));
  if (from > to || to > capacity) throw failed("the indexes of a slice are not in order");
  return typeof value === "string" ? value.slice(from, to) : new GoSlice(value.items.slice(from, to), value.element);
}
