const LONGEST = 128;
const MOST = 4_096;
const texts = new Map<string, string>();

/**
 * The same string, kept once: for kinds, reasons, messages and other words that thousands of objects have in common and
 * that JSON.parse makes anew for each. Bounded: beyond 4,096 different texts, or 128 characters, a text is given back as
 * it came, so that nobody who writes objects can fill it.
 */
export function interned<T extends string | undefined>(text: T): T | string {
  if (text === undefined) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (text.length <= LONGEST && texts.size < MOST) texts.set(text, text);
  return text;
}
