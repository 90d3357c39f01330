import type { Meter } from "../execute/meter.ts";
import { textOf } from "../format/format-value.ts";
import { failed } from "../template-fault.ts";
import { count, toFloat, toInteger } from "../values/cast.ts";
import { parseGoInt } from "../values/parse-number.ts";
import { GoInteger, GoSlice, int64, type Value } from "../values/value.ts";
import { addDecimals, divideDecimals, multiplyDecimals, subtractDecimals } from "./decimal.ts";
import { type FunctionTable, fn, variadic } from "./go-function.ts";

/** sprig's functions for numbers: whole ones are int64 and wrap around, those with `f` go through decimals. */
export const MATH_FUNCTIONS: FunctionTable = {
  int: fn(["any"], ([value]) => toInteger(value)),
  int64: fn(["any"], ([value]) => int64(toInteger(value))),
  float64: fn(["any"], ([value]) => toFloat(value)),
  toDecimal: fn(["any"], ([value], { meter }) =>
    int64(parseGoInt(textOf(value, meter), -(1n << 63n), (1n << 63n) - 1n, 8) ?? 0n),
  ),
  add1: fn(["any"], ([value]) => int64(toInteger(value) + 1n)),
  add: variadic([], "any", (values) => int64(values.map(toInteger).reduce((sum, value) => sum + value, 0n))),
  sub: fn(["any", "any"], ([a, b]) => int64(toInteger(a) - toInteger(b))),
  mul: variadic(["any"], "any", (values) =>
    values.map(toInteger).reduce((product, value) => int64(product.value * value), int64(1n)),
  ),
  div: fn(["any", "any"], ([a, b]) => int64(toInteger(a) / divisor(b))),
  mod: fn(["any", "any"], ([a, b]) => int64(toInteger(a) % divisor(b))),
  max: variadic(["any"], "any", (values) => most(values, (a, b) => a > b)),
  biggest: variadic(["any"], "any", (values) => most(values, (a, b) => a > b)),
  min: variadic(["any"], "any", (values) => most(values, (a, b) => a < b)),
  maxf: variadic(["any"], "any", (values) => Math.max(...values.map(toFloat))),
  minf: variadic(["any"], "any", (values) => Math.min(...values.map(toFloat))),
  ceil: fn(["any"], ([value]) => Math.ceil(toFloat(value))),
  floor: fn(["any"], ([value]) => Math.floor(toFloat(value))),
  round: variadic(["any", "int"], "float64", ([value, places, up = 0.5]) => {
    const power = 10 ** count(places);
    const digits = power * toFloat(value);
    return (digits % 1 >= up ? Math.ceil(digits) : Math.floor(digits)) / power;
  }),
  add1f: fn(["any"], ([value]) => addDecimals([toFloat(value), 1])),
  addf: variadic([], "any", (values) => addDecimals(values.map(toFloat))),
  subf: variadic(["any"], "any", (values) => subtractDecimals(values.map(toFloat))),
  mulf: variadic(["any"], "any", (values) => multiplyDecimals(values.map(toFloat))),
  divf: variadic(["any"], "any", (values) => divideDecimals(values.map(toFloat))),
  until: fn(["int"], ([stop], { meter }) => range(0n, stop, stop < 0n ? -1n : 1n, meter)),
  untilStep: fn(["int", "int", "int"], ([start, stop, step], { meter }) => range(start, stop, step, meter)),
  seq: variadic([], "int", (params, { meter }) => sequence(params, meter)),
};

function divisor(value: Value): bigint {
  const integer = toInteger(value);
  if (integer === 0n) throw failed("a number is divided by zero");
  return integer;
}

function most(values: readonly Value[], isBetter: (a: bigint, b: bigint) => boolean): GoInteger {
  return int64(values.map(toInteger).reduce((best, value) => (isBetter(value, best) ? value : best)));
}

function range(start: bigint, stop: bigint, step: bigint, meter: Meter): GoSlice {
  const goesDown = stop < start;
  if (goesDown ? step >= 0n : step <= 0n) return new GoSlice([], "int");
  const steps = (stop - start) / step + 1n;
  meter.step(count(steps));
  meter.charge(count(steps) * 16);
  const items: bigint[] = [];
  for (let at = start; goesDown ? at > stop : at < stop; at += step) items.push(at);
  return new GoSlice(items, "int");
}

/** `seq END`, `seq START END`, `seq START STEP END`, as the command of that name. */
function sequence(params: readonly bigint[], meter: Meter): string {
  const [first = 1n, second = 1n, third = 1n] = params;
  const joined = (start: bigint, end: bigint, step: bigint, beyond: bigint): string =>
    (range(start, end + beyond, step, meter).items as bigint[]).join(" ");
  if (params.length === 1) {
    const beyond = first < 1n ? -1n : 1n;
    return joined(1n, first, beyond, beyond);
  }
  if (params.length === 2) {
    const beyond = second < first ? -1n : 1n;
    return joined(first, second, beyond, beyond);
  }
  if (params.length !== 3) return "";
  const beyond = third < first ? -1n : 1n;
  return beyond === -1n && second > 0n ? "" : joined(first, third, second, beyond);
}
