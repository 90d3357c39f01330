import { UTC } from "../time/go-time.ts";
import { parseTime } from "../time/parse-time.ts";
import { parseGoFloat, parseGoInt } from "../values/parse-number.ts";

const WORDS = new Set(
  [
    ["", "~", "null", "Null", "NULL", ".nan", ".NaN", ".NAN"],
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
    [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"],
  ].flat(),
);
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const TIMESTAMPS = [
  "2006-1-2T15:4:5.999999999Z07:00",
  "2006-1-2t15:4:5.999999999Z07:00",
  "2006-1-2 15:4:5.999999999",
  "2006-1-2",
];

/** Whether YAML 1.1, as Go's yaml package has it, reads an unquoted text as a text, not as a number, a truth or a time. */
export function resolvesToText(text: string): boolean {
  if (WORDS.has(text) || BASE_60.test(text)) return false;
  if (text.startsWith(".")) return parseGoFloat(text) === undefined;
  if (!/^[-+0-9]/.test(text)) return true;
  const plain = text.replaceAll("_", "");
  if (parseGoInt(plain, -(1n << 63n), (1n << 64n) - 1n) !== undefined) return false;
  return !(FLOAT.test(plain) && parseGoFloat(plain) !== undefined) && !isTimestamp(text);
}

function isTimestamp(text: string): boolean {
  if (!/^[0-9]{4}-/.test(text)) return false;
  return TIMESTAMPS.some((layout) => {
    try {
      parseTime(layout, text, UTC);
      return true;
    } catch {
      return false;
    }
  });
}
