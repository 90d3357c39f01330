import type { Meter } from "../execute/meter.ts";
import { typeName } from "../values/type-name.ts";
import { runeAt, runeCount } from "../values/utf8.ts";
import { ANY, GoInteger, GoMap, type GoObject, GoSlice, type Value } from "../values/value.ts";
import { type Flags, NO_FLAGS } from "./flags.ts";
import { formatInteger } from "./format-integer.ts";
import { formatNumber } from "./format-number.ts";
import { pad } from "./pad.ts";
import { canBackquote, quote } from "./quote.ts";

/** A value as `%v` prints it. */
export function textOf(value: Value, meter: Meter): string {
  if (typeof value === "string") return value;
  return formatValue(value, "v", NO_FLAGS, meter);
}

/** A value by a verb of printf, as Go's fmt prints it; a verb that is not for it gives fmt's remark. */
export function formatValue(value: Value, verb: string, flags: Flags, meter: Meter): string {
  if (value === null || value === undefined) {
    return verb === "T" || verb === "v" ? pad("<nil>", flags) : `%!${verb}(<nil>)`;
  }
  if (verb === "T") return pad(typeName(value), flags);
  return new Formatter(verb, flags, meter).print(value, 0);
}

class Formatter {
  readonly #verb: string;
  readonly #flags: Flags;
  readonly #meter: Meter;

  constructor(verb: string, flags: Flags, meter: Meter) {
    this.#verb = verb;
    this.#flags = flags;
    this.#meter = meter;
  }

  print(value: Value, depth: number): string {
    this.#meter.step();
    switch (typeof value) {
      case "string":
        return this.#string(value) ?? this.#badVerb(value);
      case "boolean":
        return this.#verb === "t" || this.#verb === "v" ? pad(String(value), this.#flags) : this.#badVerb(value);
      case "bigint":
        return formatInteger(value, true, this.#verb, this.#flags) ?? this.#badVerb(value);
      case "number":
        return formatNumber(value, this.#verb, this.#flags) ?? this.#badVerb(value);
      default:
    }
    if (value === null || value === undefined) return this.#verb === "v" || depth > 0 ? "<nil>" : this.#badVerb(value);
    if (typeof value !== "object") return "";
    if (value instanceof GoInteger) {
      return formatInteger(value.value, !value.type.startsWith("u"), this.#verb, this.#flags) ?? this.#badVerb(value);
    }
    if (value instanceof GoSlice) return this.#slice(value, depth);
    if (value instanceof GoMap) return this.#map(value, depth);
    return this.#object(value, depth);
  }

  #string(value: string): string | undefined {
    const flags = this.#flags;
    switch (this.#verb) {
      case "v":
        return flags.sharpV ? pad(quote(value), flags) : pad(truncated(value, flags.precision), flags);
      case "s":
        return pad(truncated(value, flags.precision), flags);
      case "q": {
        const text = truncated(value, flags.precision);
        return pad(flags.sharp && canBackquote(text) ? `\`${text}\`` : quote(text, flags.plus), flags);
      }
      case "x":
      case "X":
        return this.#hex(value);
      default:
        return undefined;
    }
  }

  #hex(value: string): string {
    const flags = this.#flags;
    const bytes = flags.precision === undefined ? value : value.slice(0, flags.precision);
    const prefix = flags.sharp && bytes !== "" ? "0x" : "";
    const pairs = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"));
    const text = flags.space ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join("");
    return pad(this.#verb === "X" ? text.toUpperCase() : text, flags);
  }

  #slice(slice: GoSlice, depth: number): string {
    if (slice.element === "uint8" && /[sqxX]/.test(this.#verb)) {
      return this.print(
        slice.items.map((item) => String.fromCharCode(Number((item as GoInteger).value))).join(""),
        depth,
      );
    }
    if (!this.#flags.sharpV) return `[${slice.items.map((item) => this.print(item, depth + 1)).join(" ")}]`;
    if (slice.isNil) return `${typeName(slice)}(nil)`;
    return `${typeName(slice)}{${slice.items.map((item) => this.#goSyntax(item, slice.element, depth)).join(", ")}}`;
  }

  #map(map: GoMap, depth: number): string {
    const { sharpV } = this.#flags;
    if (sharpV && map.isNil) return `${typeName(map)}(nil)`;
    const members = map.sortedKeys().map((key) => {
      const item = map.entries.get(key);
      const shown = sharpV ? this.#goSyntax(item, map.element, depth) : this.print(item, depth + 1);
      return `${this.print(key, depth + 1)}:${shown}`;
    });
    return sharpV ? `${typeName(map)}{${members.join(", ")}}` : `map[${members.join(" ")}]`;
  }

  #goSyntax(item: Value, element: string, depth: number): string {
    if (item === null || item === undefined) return `${element === ANY ? ANY : element}(nil)`;
    return this.print(item, depth + 1);
  }

  #object(object: GoObject, depth: number): string {
    if (object.toText !== undefined && /[vsxXq]/.test(this.#verb) && !this.#flags.sharpV) {
      return this.#string(object.toText()) ?? this.#badVerb(object);
    }
    const { sharpV, plusV } = this.#flags;
    const members = [...object.fields].map(([name, item]) => {
      const text = this.print(item, depth + 1);
      return sharpV || plusV ? `${name}:${text}` : text;
    });
    const head = object.isPointer && depth === 0 ? "&" : "";
    return `${head}${sharpV ? object.type : ""}{${members.join(sharpV ? ", " : " ")}}`;
  }

  #badVerb(value: Value): string {
    if (value === null || value === undefined) return `%!${this.#verb}(<nil>)`;
    return `%!${this.#verb}(${typeName(value)}=${new Formatter("v", this.#flags, this.#meter).print(value, 0)})`;
  }
}

/** The first characters of a text. */
function truncated(text: string, count: number | undefined): string {
  if (count === undefined || runeCount(text) <= count) return text;
  let at = 0;
  for (let index = 0; index < count; index++) at += runeAt(text, at).size;
  return text.slice(0, at);
}
