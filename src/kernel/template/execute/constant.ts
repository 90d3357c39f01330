import type { ParameterType } from "../functions/go-function.ts";
import type { NumberNode, OperandNode } from "../parse/node.ts";
import { failed } from "../template-fault.ts";
import { GoInteger, type Value } from "../values/value.ts";
import { goName } from "./argument.ts";

export type ConstantNode = Extract<OperandNode, { kind: "bool" | "number" | "string" }>;

/** A constant as an argument of a type: numbers take the type that is asked for, where they can. */
export function constantOf(node: ConstantNode, type: ParameterType): Value {
  switch (type) {
    case "any":
    case "value":
      return node.kind === "number" ? idealConstant(node) : node.kind === "bool" ? node.value : node.text;
    case "string":
      if (node.kind === "string") return node.text;
      break;
    case "bool":
      if (node.kind === "bool") return node.value;
      break;
    case "int":
      if (node.kind === "number" && node.int !== undefined) return node.int;
      break;
    case "int64":
      if (node.kind === "number" && node.int !== undefined) return new GoInteger("int64", node.int);
      break;
    case "uint32":
      if (node.kind === "number" && node.uint !== undefined) return BigInt.asUintN(32, node.uint);
      break;
    case "float64":
      if (node.kind === "number" && node.float !== undefined) return node.float;
      break;
    default:
  }
  throw failed(`a constant stands where a ${goName(type)} was expected`);
}

/** The type that a number has by itself. */
export function idealConstant(node: NumberNode): Value {
  if (node.ideal === "complex") throw failed("complex numbers are not supported");
  if (node.ideal === "overflow") throw failed("a number is too large for an int");
  return node.ideal === "int" ? node.int : node.float;
}
