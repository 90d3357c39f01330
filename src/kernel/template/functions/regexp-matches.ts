import { isAscii, Pattern, type Places } from "../../regexp/pattern.ts";
import { withinTime } from "../../regexp/within-time.ts";
import type { Meter } from "../execute/meter.ts";
import { failed, TemplateFault } from "../template-fault.ts";
import { toRegexpText } from "../values/regexp-text.ts";

/** Texts up to this length go to the engine whose time is linear; longer ones to V8's, within a time. */
const SHORT = 4_096;
const MILLIS = 500;
const BYTES_A_MATCH = 64;
/** About how many steps of the linear engine are one of ours. */
const STEP = 256;

/** @throws TemplateFault when the pattern is none, or too large */
export function readPattern(source: string, meter: Meter): Pattern {
  const known = patterns.get(meter)?.get(source);
  if (known !== undefined) return known;
  meter.step(Math.ceil(source.length / STEP));
  const pattern = new Pattern(toRegexpText(source));
  try {
    pattern.check();
  } catch {
    throw failed("a regular expression is malformed or too large");
  }
  const all = patterns.get(meter) ?? new Map<string, Pattern>();
  patterns.set(meter, all.set(source, pattern));
  return pattern;
}

/** The patterns of one rendering: they may be made of values, so none is kept for longer. */
const patterns = new WeakMap<Meter, Map<string, Pattern>>();

/** All matches as Go's FindAll finds them: no empty one right behind another. `text` is for regular expressions. */
export function allMatches(pattern: Pattern, text: string, most: number, meter: Meter): Places[] {
  return inTime(pattern, text, meter, (engine) => {
    const found: Places[] = [];
    let lastEnd = -1;
    for (let at = 0; at <= text.length && found.length < most; ) {
      const places = next(pattern, text, at, engine, meter);
      if (places === undefined) break;
      meter.charge(BYTES_A_MATCH);
      const [start = 0, end = 0] = places;
      if (end !== at) at = end;
      else {
        const isRepeated = start === lastEnd;
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
        lastEnd = end;
        if (isRepeated) continue;
      }
      lastEnd = end;
      found.push(places);
    }
    return found;
  });
}

type EngineName = "v8" | "linear";

function next(pattern: Pattern, text: string, from: number, engine: EngineName, meter: Meter): Places | undefined {
  if (engine === "v8" && pattern.groups === 0) return pattern.search(text, from, isAscii(text));
  const places = pattern.places(text, engine, from);
  if (engine === "linear") {
    const looked = (places?.[1] ?? text.length) - from + 1;
    meter.step(1 + Math.ceil((looked * pattern.source.length) / STEP));
  }
  return places;
}

/** Runs a search with the engine that suits the text; a bound where V8's takes too long. */
function inTime<T>(pattern: Pattern, text: string, meter: Meter, search: (engine: EngineName) => T): T {
  if (text.length <= SHORT) return search("linear");
  const done = withinTime(MILLIS, () => search("v8"));
  if (done === undefined) throw new TemplateFault("bound", "a regular expression takes too long");
  meter.step(1 + Math.ceil((text.length * pattern.source.length) / STEP / 16));
  return done.result;
}

/** Go's regexp.Expand: `$1`, `${name}`, `$$`. */
export function expand(replacement: string, pattern: Pattern, text: string, places: Places): string {
  const names = pattern.names;
  return replacement.replaceAll(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (whole, braced?: string, bare?: string) => {
      if (whole === "$$") return "$";
      const name = braced ?? bare ?? "";
      const isNumber = /^(?:0|[1-9][0-9]{0,8})$/.test(name);
      const group = isNumber
        ? Number(name)
        : names.findIndex((known, index) => known === name && (places[2 * index + 2] ?? -1) >= 0) + 1;
      if (!isNumber && group === 0) return "";
      const [start = -1, end = -1] = places.slice(2 * group, 2 * group + 2);
      return start < 0 ? "" : text.slice(start, end);
    },
  );
}
