import type { Meter } from "../execute/meter.ts";
import { typeName } from "../values/type-name.ts";
import { runeAt } from "../values/utf8.ts";
import { GoInteger, type Value } from "../values/value.ts";
import { type Flags, NO_FLAGS } from "./flags.ts";
import { formatValue } from "./format-value.ts";

/** Width and precision beyond this are none, as in Go. */
const LARGEST = 1_000_000;
const FLAG_NAMES = { "#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space" } as const;

/** Go's fmt.Sprintf, with its remarks on what does not fit: `%!d(string=x)`, `%!(EXTRA …)`. */
export function sprintf(format: string, args: readonly Value[], meter: Meter): string {
  return new Printf(format, args, meter).run();
}

type MutableFlags = { -readonly [Key in keyof Flags]: Flags[Key] };

class Printf {
  readonly #format: string;
  readonly #args: readonly Value[];
  readonly #meter: Meter;
  #at = 0;
  #arg = 0;
  #reordered = false;
  #goodArgument = true;
  #afterIndex = false;
  #out = "";

  constructor(format: string, args: readonly Value[], meter: Meter) {
    this.#format = format;
    this.#args = args;
    this.#meter = meter;
  }

  run(): string {
    for (;;) {
      const percent = this.#format.indexOf("%", this.#at);
      this.#write(this.#format.slice(this.#at, percent === -1 ? undefined : percent));
      if (percent === -1) break;
      this.#at = percent + 1;
      this.#verb();
    }
    if (!this.#reordered && this.#arg < this.#args.length) {
      const extra = this.#args.slice(this.#arg).map((value) => {
        if (value === null || value === undefined) return "<nil>";
        return `${typeName(value)}=${formatValue(value, "v", NO_FLAGS, this.#meter)}`;
      });
      this.#write(`%!(EXTRA ${extra.join(", ")})`);
    }
    return this.#out;
  }

  #write(text: string): void {
    this.#meter.charge(text.length);
    this.#out += text;
  }

  #verb(): void {
    const flags: MutableFlags = { ...NO_FLAGS };
    this.#goodArgument = true;
    this.#afterIndex = false;
    for (; this.#at < this.#format.length; this.#at++) {
      const name = FLAG_NAMES[this.#format[this.#at] as keyof typeof FLAG_NAMES];
      if (name === undefined) break;
      flags[name] = true;
    }
    this.#argumentNumber();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#afterIndex) this.#argumentNumber();
    if (this.#at >= this.#format.length) {
      this.#write("%!(NOVERB)");
      return;
    }
    const { size } = runeAt(this.#format, this.#at);
    const verb = this.#format.slice(this.#at, this.#at + size);
    this.#at += size;
    this.#print(verb, flags);
  }

  #print(verb: string, flags: MutableFlags): void {
    if (verb === "%") this.#write("%");
    else if (!this.#goodArgument) this.#write(`%!${verb}(BADINDEX)`);
    else if (this.#arg >= this.#args.length) this.#write(`%!${verb}(MISSING)`);
    else {
      if (verb === "v") {
        flags.sharpV = flags.sharp;
        flags.plusV = flags.plus;
        flags.sharp = false;
        flags.plus = false;
      }
      this.#meter.charge(flags.width ?? 0);
      this.#meter.charge(flags.precision ?? 0);
      this.#write(formatValue(this.#args[this.#arg], verb, flags, this.#meter));
      this.#arg++;
    }
  }

  #width(flags: MutableFlags): void {
    if (this.#format[this.#at] !== "*") {
      flags.width = this.#number();
      if (this.#afterIndex && flags.width !== undefined) this.#goodArgument = false;
      return;
    }
    this.#at++;
    const width = this.#integerArgument();
    if (width === undefined) this.#write("%!(BADWIDTH)");
    else if (width < 0) {
      flags.width = -width;
      flags.minus = true;
      flags.zero = false;
    } else flags.width = width;
    this.#afterIndex = false;
  }

  #precision(flags: MutableFlags): void {
    if (this.#format[this.#at] !== "." || this.#at + 1 >= this.#format.length) return;
    this.#at++;
    if (this.#afterIndex) this.#goodArgument = false;
    this.#argumentNumber();
    if (this.#format[this.#at] !== "*") {
      flags.precision = this.#number() ?? 0;
      return;
    }
    this.#at++;
    const precision = this.#integerArgument();
    if (precision === undefined || precision < 0) this.#write("%!(BADPREC)");
    else flags.precision = precision;
    this.#afterIndex = false;
  }

  #number(): number | undefined {
    const digits = /^[0-9]+/.exec(this.#format.slice(this.#at, this.#at + 20))?.[0];
    if (digits === undefined) return undefined;
    // Go looks before it takes the last digit in.
    if (Number(digits.slice(0, -1)) > LARGEST) {
      this.#at = this.#format.length;
      return undefined;
    }
    this.#at += digits.length;
    return Number(digits);
  }

  #integerArgument(): number | undefined {
    if (this.#arg >= this.#args.length) return undefined;
    const value = this.#args[this.#arg++];
    const integer = value instanceof GoInteger ? value.value : value;
    if (typeof integer !== "bigint" || integer > LARGEST || integer < -LARGEST) return undefined;
    return Number(integer);
  }

  /** `[2]` */
  #argumentNumber(): void {
    if (this.#format[this.#at] !== "[") {
      this.#afterIndex = false;
      return;
    }
    this.#reordered = true;
    const rest = this.#format.slice(this.#at);
    const close = rest.indexOf("]");
    const isClosed = rest.length >= 3 && close > 0;
    const digits = isClosed ? rest.slice(1, close) : "";
    const number = /^[0-9]+$/.test(digits) ? Number(digits) : 0;
    this.#at += isClosed ? close + 1 : 1;
    this.#afterIndex = number > 0 || /^[0-9]+$/.test(digits);
    if (number >= 1 && number <= this.#args.length) this.#arg = number - 1;
    else this.#goodArgument = false;
  }
}
