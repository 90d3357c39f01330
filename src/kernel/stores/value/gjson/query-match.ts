import { type JsonNode, rawOf, unescapeJson } from "../json-node.ts";
import { globMatch } from "./glob-match.ts";
import type { Query } from "./path-component.ts";

/** Whether what a query's path found in an element (undefined: nothing) satisfies it. */
export function queryMatches({ operator, value }: Query, found: JsonNode | undefined): boolean {
  if (value.startsWith("~")) return matchesTilde(operator, value.slice(1), found);
  if (found === undefined) return false;
  if (operator === "") return true;
  switch (found.kind) {
    case "string":
      return compareText(operator, unescapeJson(rawOf(found)), Buffer.from(value, "latin1"));
    case "number":
      return compare(operator, Number(rawOf(found).toString("latin1")) - toFloat(value));
    case "true":
      return compareTrue(operator, value);
    case "false":
      return compareFalse(operator, value);
    default:
      return false;
  }
}

function compareTrue(operator: Query["operator"], value: string): boolean {
  if (operator === "=") return value === "true";
  if (operator === "!=") return value !== "true";
  return operator === ">=" || (operator === ">" && value === "false");
}

function compareFalse(operator: Query["operator"], value: string): boolean {
  if (operator === "=") return value === "false";
  if (operator === "!=") return value !== "false";
  return operator === "<=" || (operator === "<" && value === "true");
}

/** `~true`, `~false`, `~null` and `~*`: whether something counts as true, as false, is null or absent, or exists. */
function matchesTilde(operator: Query["operator"], word: string, found: JsonNode | undefined): boolean {
  const tests: Readonly<Record<string, boolean>> = {
    "*": found !== undefined,
    null: found === undefined || found.kind === "null",
    true: found !== undefined && truth(found) === true,
    false: found === undefined || truth(found) === false,
  };
  const is = Object.hasOwn(tests, word) ? tests[word] : undefined;
  if (is === undefined) return false;
  if (operator === "") return true;
  return is ? compareTrue(operator, "true") : compareFalse(operator, "true");
}

function truth(node: JsonNode): boolean | undefined {
  switch (node.kind) {
    case "true":
      return true;
    case "false":
    case "null":
      return false;
    case "number":
      return Number(rawOf(node).toString("latin1")) !== 0;
    case "string": {
      const word = unescapeJson(rawOf(node)).toString("latin1").toLowerCase();
      return ["1", "t", "true"].includes(word) || (["0", "f", "false"].includes(word) ? false : undefined);
    }
    default:
      return undefined;
  }
}

function compareText(operator: Query["operator"], text: Buffer, value: Buffer): boolean {
  if (operator === "%") return globMatch(text.toString("latin1"), value.toString("latin1"));
  if (operator === "!%") return !globMatch(text.toString("latin1"), value.toString("latin1"));
  return compare(operator, text.compare(value));
}

function compare(operator: Query["operator"], difference: number): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    default:
      return false;
  }
}

/** A query's value as a number; what is none counts as 0, as in gjson. */
function toFloat(text: string): number {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return Number(text);
  if (/^[+-]?inf(?:inity)?$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : 0;
}
