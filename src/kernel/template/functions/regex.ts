import type { CallContext } from "../execute/call-context.ts";
import { TemplateFault } from "../template-fault.ts";
import { count } from "../values/cast.ts";
import { fromRegexpText, toRegexpText } from "../values/regexp-text.ts";
import { GoSlice, strings, type Value } from "../values/value.ts";
import { type FunctionTable, fn, type GoFunction } from "./go-function.ts";
import { allMatches, expand, readPattern } from "./regexp-matches.ts";

const findAll = fn(["string", "string", "int"], ([source, text, most], { meter }) => {
  const subject = toRegexpText(text);
  const limit = most < 0n ? Number.POSITIVE_INFINITY : count(most);
  const found = allMatches(readPattern(source, meter), subject, limit, meter);
  if (found.length === 0) return new GoSlice([], "string", true);
  return strings(found.map(([start, end]) => fromRegexpText(subject.slice(start, end))));
});

const find = fn(["string", "string"], ([source, text], { meter }) => {
  const subject = toRegexpText(text);
  const [found] = allMatches(readPattern(source, meter), subject, 1, meter);
  return found === undefined ? "" : fromRegexpText(subject.slice(found[0], found[1]));
});

const match = fn(["string", "string"], ([source, text], { meter }) => {
  return allMatches(readPattern(source, meter), toRegexpText(text), 1, meter).length > 0;
});

const replaceAll = fn(["string", "string", "string"], ([source, text, replacement], context) =>
  replaced(source, text, replacement, context, false),
);

const replaceAllLiteral = fn(["string", "string", "string"], ([source, text, replacement], context) =>
  replaced(source, text, replacement, context, true),
);

const split = fn(["string", "string", "int"], ([source, text, most], { meter }) => {
  if (most === 0n) return new GoSlice([], "string", true);
  const pattern = readPattern(source, meter);
  if (source !== "" && text === "") return strings([""]);
  const subject = toRegexpText(text);
  const limit = most < 0n ? Number.POSITIVE_INFINITY : count(most);
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const [start = 0, stop = 0] of allMatches(pattern, subject, limit, meter)) {
    if (parts.length >= limit - 1) break;
    end = start;
    if (stop !== 0) parts.push(subject.slice(begin, end));
    begin = stop;
  }
  if (end !== subject.length) parts.push(subject.slice(begin));
  return strings(parts.map(fromRegexpText));
});

/** sprig's functions on regular expressions: RE2's syntax, as Go's regexp. Those without `must` throw as well, but regexMatch. */
export const REGEX_FUNCTIONS: FunctionTable = {
  regexMatch: { ...match, run: (args, context) => orFalse(match, args, context) },
  mustRegexMatch: match,
  regexFindAll: findAll,
  mustRegexFindAll: findAll,
  regexFind: find,
  mustRegexFind: find,
  regexReplaceAll: replaceAll,
  mustRegexReplaceAll: replaceAll,
  regexReplaceAllLiteral: replaceAllLiteral,
  mustRegexReplaceAllLiteral: replaceAllLiteral,
  regexSplit: split,
  mustRegexSplit: split,
  regexQuoteMeta: fn(["string"], ([text]) => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
};

function orFalse(called: GoFunction, args: readonly Value[], context: CallContext): Value {
  try {
    return called.run(args, context);
  } catch (error) {
    if (error instanceof TemplateFault && error.kind === "failed") return false;
    throw error;
  }
}

function replaced(
  source: string,
  text: string,
  replacement: string,
  { meter }: CallContext,
  isLiteral: boolean,
): string {
  const pattern = readPattern(source, meter);
  const subject = toRegexpText(text);
  const by = toRegexpText(replacement);
  let out = "";
  let last = 0;
  for (const places of allMatches(pattern, subject, Number.POSITIVE_INFINITY, meter)) {
    const [start = 0, end = 0] = places;
    const expanded = isLiteral ? by : expand(by, pattern, subject, places);
    meter.charge(start - last + expanded.length);
    out += subject.slice(last, start) + expanded;
    last = end;
  }
  return fromRegexpText(out + subject.slice(last));
}
