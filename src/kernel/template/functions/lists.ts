import type { Meter } from "../execute/meter.ts";
import { textOf } from "../format/format-value.ts";
import { failed } from "../template-fault.ts";
import { count, toInteger } from "../values/cast.ts";
import { deepEqual } from "../values/deep-equal.ts";
import { kindName } from "../values/type-name.ts";
import { ANY, anySlice, GoSlice, type Value } from "../values/value.ts";
import { isEmpty } from "./defaults.ts";
import { type FunctionTable, fn, type GoFunction, variadic } from "./go-function.ts";
import { textsOf } from "./texts-of.ts";

/** sprig's functions for lists. None changes its list but sortAlpha, as there. */
const LISTS: FunctionTable = {
  append: fn(["any", "any"], ([list, item]) => anySlice([...itemsOf(list), item])),
  prepend: fn(["any", "any"], ([list, item]) => anySlice([item, ...itemsOf(list)])),
  first: fn(["any"], ([list]) => itemsOf(list)[0] ?? null),
  last: fn(["any"], ([list]) => itemsOf(list).at(-1) ?? null),
  rest: fn(["any"], ([list]) => orNil(itemsOf(list), (items) => items.slice(1))),
  initial: fn(["any"], ([list]) => orNil(itemsOf(list), (items) => items.slice(0, -1))),
  reverse: fn(["any"], ([list]) => anySlice(itemsOf(list).toReversed())),
  compact: fn(["any"], ([list]) => anySlice(itemsOf(list).filter((item) => !isEmpty(item)))),
  uniq: fn(["any"], ([list], { meter }) => {
    const kept: Value[] = [];
    for (const item of itemsOf(list)) if (!includes(kept, item, meter)) kept.push(item);
    return anySlice(kept);
  }),
  without: variadic(["any"], "any", ([list, ...omitted], { meter }) =>
    anySlice(itemsOf(list).filter((item) => !includes(omitted, item, meter))),
  ),
  has: fn(["any", "any"], ([needle, list], { meter }) => list !== null && includes(itemsOf(list), needle, meter)),
  slice: variadic(["any"], "any", ([list, ...indexes]) => {
    const items = itemsOf(list);
    if (items.length === 0) return null;
    const from = count(toInteger(indexes[0]));
    const to = indexes.length < 2 ? items.length : count(toInteger(indexes[1]));
    if (from < 0 || from > to || to > items.length) throw failed("slice reaches out of the list");
    return new GoSlice(items.slice(from, to), (list as GoSlice).element);
  }),
  chunk: fn(["int", "any"], ([size, list]) => {
    const items = itemsOf(list);
    const step = count(size);
    if (step < 1) throw failed("chunk needs a size of 1 or more");
    const chunks: Value[] = [];
    for (let at = 0; at < items.length; at += step) chunks.push(anySlice(items.slice(at, at + step)));
    return new GoSlice(chunks, `[]${ANY}`);
  }),
};

/** Each also under its name with `must`: ours throw where sprig's panic, which is the same to a template. */
const MUST: FunctionTable = Object.fromEntries(
  Object.entries({ ...LISTS, push: LISTS["append"] as GoFunction }).map(([name, run]) => [
    `must${name[0]?.toUpperCase()}${name.slice(1)}`,
    run,
  ]),
);

export const LIST_FUNCTIONS: FunctionTable = {
  ...LISTS,
  ...MUST,
  push: LISTS["append"] as GoFunction,
  list: variadic([], "any", (items) => anySlice([...items])),
  tuple: variadic([], "any", (items) => anySlice([...items])),
  concat: variadic([], "any", (lists, { meter }) => {
    const items: Value[] = [];
    for (const list of lists) {
      meter.charge(itemsOf(list).length * 16);
      items.push(...itemsOf(list));
    }
    return new GoSlice(items, ANY, items.length === 0);
  }),
  sortAlpha: fn(["any"], ([list], { meter }) => {
    const texts = list instanceof GoSlice ? textsOf(list, meter) : [textOf(list, meter)];
    meter.step(texts.length);
    return new GoSlice(texts.sort(), "string");
  }),
};

function itemsOf(list: Value): readonly Value[] {
  if (list instanceof GoSlice) return list.items;
  throw failed(`a list was expected, not a value of kind ${kindName(list)}`);
}

function orNil(items: readonly Value[], take: (items: readonly Value[]) => Value[]): GoSlice {
  return items.length === 0 ? new GoSlice([], ANY, true) : anySlice(take(items));
}

function includes(items: readonly Value[], needle: Value, meter: Meter): boolean {
  return items.some((item) => deepEqual(needle, item, meter));
}
