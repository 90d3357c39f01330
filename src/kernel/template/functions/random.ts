import type { CallContext } from "../execute/call-context.ts";
import { failed } from "../template-fault.ts";
import { count } from "../values/cast.ts";
import { bytesOfRune, runesOf } from "../values/utf8.ts";
import { type FunctionTable, fn } from "./go-function.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS = UPPER + UPPER.toLowerCase();
const DIGITS = "0123456789";
const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
const LARGEST = 1n << 31n;

/** What gives something else each time. All chance comes from the caller. */
export const RANDOM_FUNCTIONS: FunctionTable = {
  randAlphaNum: fn(["int"], ([size], context) => randomText(LETTERS + DIGITS, size, context)),
  randAlpha: fn(["int"], ([size], context) => randomText(LETTERS, size, context)),
  randNumeric: fn(["int"], ([size], context) => randomText(DIGITS, size, context)),
  randAscii: fn(["int"], ([size], context) => randomText(ASCII, size, context)),
  randBytes: fn(["int"], ([size], { meter, random }) => {
    if (size < 0n) throw failed("randBytes cannot take a negative number");
    meter.charge(count(size) * 2);
    return random(count(size)).toString("base64");
  }),
  randInt: fn(["int", "int"], ([min, max], { random }) => {
    const range = max - min;
    if (range <= 0n || range > LARGEST) throw failed("randInt needs a range above 0 and up to 2147483648");
    return min + BigInt(below(Number(range), random));
  }),
  shuffle: fn(["string"], ([text], { meter, random }) => {
    const runes = runesOf(text);
    meter.step(runes.length);
    for (let index = runes.length - 1; index > 0; index--) {
      const other = below(index + 1, random);
      [runes[index], runes[other]] = [runes[other] ?? 0, runes[index] ?? 0];
    }
    return runes.map(bytesOfRune).join("");
  }),
  uuidv4: fn([], (_, { random }) => {
    const bytes = random(16);
    // RFC 9562 §5.4: version 4, variant 10.
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }),
};

function randomText(alphabet: string, size: bigint, { meter, random }: CallContext): string {
  if (size <= 0n) return "";
  meter.step(count(size));
  meter.charge(count(size) * 8);
  return Array.from({ length: count(size) }, () => alphabet[below(alphabet.length, random)]).join("");
}

/** A number below `limit`, each equally likely: draws that would favour some are drawn again. */
function below(limit: number, random: (count: number) => Buffer): number {
  const most = Math.floor(2 ** 32 / limit) * limit;
  for (let tries = 0; tries < 1_000; tries++) {
    const drawn = random(4).readUInt32BE();
    if (drawn < most) return drawn % limit;
  }
  throw failed("the source of chance is none");
}
