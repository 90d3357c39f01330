import { wordLikeness } from "./word-likeness.ts";

/** One in a thousand random values of sixteen letters and digits is more like words than this, and few names are less. */
const THRESHOLD = -0.25;

/** Hexadecimal digits are a sixth letters, of which many pairs occur in words; but nothing that long is a word. */
const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{24,}$/i;

/** Whether a value looks drawn at random rather than made of words, names and numbers. Pure. */
export function isRandom(value: string): boolean {
  return HEX.test(value) || wordLikeness(value) < THRESHOLD;
}
