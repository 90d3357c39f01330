import { parseGoFloat, parseGoInt } from "../values/parse-number.ts";
import type { NumberNode } from "./node.ts";
import { unquoteChar } from "./unquote.ts";

const INT_MIN = -(1n << 63n);
const INT_MAX = (1n << 63n) - 1n;
const UINT_MAX = (1n << 64n) - 1n;

/** A numeric constant as Go's templates read it; undefined when it is malformed or too large. */
export function readNumber(
  kind: "number" | "char-constant" | "complex",
  text: string,
  at: number,
): NumberNode | undefined {
  if (kind === "char-constant") return readChar(text, at);
  if (kind === "complex" || text.endsWith("i")) return readComplex(text, at);
  const exact = parseGoInt(text, INT_MIN, UINT_MAX);
  if (exact !== undefined) {
    const isNegative = text.startsWith("-");
    const int = exact <= INT_MAX ? exact : undefined;
    const uint = (!isNegative && !text.startsWith("+")) || exact === 0n ? exact : undefined;
    if (int === undefined && uint === undefined) return undefined;
    return { kind: "number", int, uint, float: Number(exact), ideal: idealOf(text, int), at };
  }
  const float = parseGoFloat(text);
  if (float === undefined || !/[.eEpP]/.test(text)) return undefined;
  return { kind: "number", ...integersOf(float), float, ideal: "float", at };
}

/** A constant of digits alone is an int; `0x1e` is one as well. */
function idealOf(text: string, int: bigint | undefined): NumberNode["ideal"] {
  const isHex = /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (!isHex && /[.eEpP]/.test(text)) return "float";
  return int === undefined ? "overflow" : "int";
}

function integersOf(float: number): { int: bigint | undefined; uint: bigint | undefined } {
  if (!Number.isInteger(float)) return { int: undefined, uint: undefined };
  const whole = BigInt(float);
  return {
    int: whole >= INT_MIN && whole <= INT_MAX ? whole : undefined,
    uint: whole >= 0n && whole <= UINT_MAX ? whole : undefined,
  };
}

function readChar(text: string, at: number): NumberNode | undefined {
  const char = unquoteChar(text, 1, "'");
  if (char === undefined || char.end !== text.length - 1) return undefined;
  const value = BigInt(char.value);
  return { kind: "number", int: value, uint: value, float: char.value, ideal: "int", at };
}

/** Complex numbers count only as constants whose imaginary part is zero: nothing of ours computes with others. */
function readComplex(text: string, at: number): NumberNode | undefined {
  const [, real = "0", imaginary = ""] = /^(.*[^eEpP+-])?([+-]?[^+-]+(?:[eEpP][+-]?[0-9_]+)?)i$/.exec(text) ?? [];
  const parts = [parseGoFloat(real), parseGoFloat(imaginary)];
  if (parts[0] === undefined || parts[1] === undefined) return undefined;
  const float = parts[1] === 0 ? parts[0] : undefined;
  return { kind: "number", ...integersOf(float ?? 0.5), float, ideal: "complex", at };
}
