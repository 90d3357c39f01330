import type { CallContext } from "../execute/call-context.ts";
import type { GoInteger, GoMap, GoObject, GoSlice, Value } from "../values/value.ts";

/** What JavaScript gets for a parameter of a Go type; `value` takes anything as it is, an invalid value too. */
export interface ParameterTypes {
  readonly any: Exclude<Value, undefined>;
  readonly value: Value;
  readonly string: string;
  readonly bool: boolean;
  readonly int: bigint;
  readonly int64: GoInteger;
  readonly uint32: bigint;
  readonly float64: number;
  /** map[string]interface {} */
  readonly dict: GoMap;
  /** []interface {} */
  readonly list: GoSlice;
  readonly time: GoObject;
  /** genCA's result. */
  readonly certificate: GoObject;
}
export type ParameterType = keyof ParameterTypes;

/** A function that templates may call, with the types that Go would check. */
export interface GoFunction {
  readonly parameters: readonly ParameterType[];
  /** Of any number of further arguments. */
  readonly rest: ParameterType | undefined;
  readonly run: (args: readonly Value[], context: CallContext) => Value;
}

type Arguments<P extends readonly ParameterType[]> = { readonly [Index in keyof P]: ParameterTypes[P[Index]] };

/** @example fn(["string"], ([text]) => text.toUpperCase()) */
export function fn<const P extends readonly ParameterType[]>(
  parameters: P,
  run: (args: Arguments<P>, context: CallContext) => Value,
): GoFunction {
  return { parameters, rest: undefined, run: run as GoFunction["run"] };
}

/** A function whose last argument may come any number of times. */
export function variadic<const P extends readonly ParameterType[], R extends ParameterType>(
  parameters: P,
  rest: R,
  run: (args: readonly [...Arguments<P>, ...ParameterTypes[R][]], context: CallContext) => Value,
): GoFunction {
  return { parameters, rest, run: run as GoFunction["run"] };
}

export type FunctionTable = Readonly<Record<string, GoFunction>>;
