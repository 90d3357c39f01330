import type { Meter } from "../execute/meter.ts";
import { textOf } from "../format/format-value.ts";
import { failed } from "../template-fault.ts";
import { ANY, anySlice, GoMap, GoSlice, strings, type Value } from "../values/value.ts";
import { type FunctionTable, fn, variadic } from "./go-function.ts";
import { mergeInto } from "./merge-dicts.ts";

const MAX_DEPTH = 1_000;

/** sprig's functions for dictionaries. Go's order of keys is random; ours is sorted. */
export const DICT_FUNCTIONS: FunctionTable = {
  dict: variadic([], "any", (values, { meter }) => {
    const entries = new Map<string, Value>();
    for (let index = 0; index < values.length; index += 2) {
      entries.set(textOf(values[index], meter), index + 1 < values.length ? values[index + 1] : "");
    }
    return new GoMap(entries);
  }),
  get: fn(["dict", "string"], ([dict, key]) => (dict.entries.has(key) ? dict.entries.get(key) : "")),
  set: fn(["dict", "string", "any"], ([dict, key, value], { meter }) => {
    if (dict.isNil) throw failed("a nil dictionary cannot be set");
    meter.charge(key.length + 16);
    dict.entries.set(key, value);
    return dict;
  }),
  unset: fn(["dict", "string"], ([dict, key]) => {
    dict.entries.delete(key);
    return dict;
  }),
  hasKey: fn(["dict", "string"], ([dict, key]) => dict.entries.has(key)),
  pluck: variadic(["string"], "dict", ([key, ...dicts]) =>
    anySlice(dicts.filter((dict) => dict.entries.has(key)).map((dict) => dict.entries.get(key))),
  ),
  keys: variadic([], "dict", (dicts) => strings(dicts.flatMap((dict) => dict.sortedKeys()))),
  values: fn(["dict"], ([dict]) => anySlice(dict.sortedKeys().map((key) => dict.entries.get(key)))),
  pick: variadic(["dict"], "string", ([dict, ...keys]) => {
    const picked = keys.filter((key) => dict.entries.has(key)).map((key) => [key, dict.entries.get(key)] as const);
    return new GoMap(new Map(picked));
  }),
  omit: variadic(["dict"], "string", ([dict, ...keys]) => {
    return new GoMap(new Map([...dict.entries].filter(([key]) => !keys.includes(key))));
  }),
  dig: variadic([], "any", (args) => dig(args)),
  merge: variadic(["dict"], "dict", ([into, ...from], { meter }) => merged(into, from, false, meter)),
  mustMerge: variadic(["dict"], "dict", ([into, ...from], { meter }) => merged(into, from, false, meter)),
  mergeOverwrite: variadic(["dict"], "dict", ([into, ...from], { meter }) => merged(into, from, true, meter)),
  mustMergeOverwrite: variadic(["dict"], "dict", ([into, ...from], { meter }) => merged(into, from, true, meter)),
  deepCopy: fn(["any"], ([value], { meter }) => copied(value, meter)),
  mustDeepCopy: fn(["any"], ([value], { meter }) => copied(value, meter)),
};

function merged(into: GoMap, others: readonly GoMap[], overwrites: boolean, meter: Meter): GoMap {
  for (const from of others) mergeInto(into, from, overwrites, meter);
  return into;
}

/** `dig "a" "b" default dict` */
function dig(args: readonly Value[]): Value {
  if (args.length < 3) throw failed("dig takes at least 3 arguments");
  let at: Value = args.at(-1);
  for (const key of args.slice(0, -2)) {
    if (!(at instanceof GoMap) || at.element !== ANY) throw failed("dig meets something that is no dictionary");
    if (typeof key !== "string") throw failed("dig takes keys of type string");
    if (!at.entries.has(key)) return args.at(-2);
    at = at.entries.get(key);
  }
  return at;
}

function copied(value: Value, meter: Meter): Value {
  if (value === null) throw failed("a nil value cannot be copied");
  return copyOf(value, meter, 0);
}

function copyOf(value: Value, meter: Meter, depth: number): Value {
  meter.step();
  if (depth > MAX_DEPTH) throw failed("a value is nested too deeply to be copied");
  if (value instanceof GoSlice) {
    return new GoSlice(
      value.items.map((item) => copyOf(item, meter, depth + 1)),
      value.element,
      value.isNil,
    );
  }
  if (!(value instanceof GoMap)) return value;
  const entries = [...value.entries].map(([key, item]) => [key, copyOf(item, meter, depth + 1)] as const);
  return new GoMap(new Map(entries), value.element, value.isNil);
}
