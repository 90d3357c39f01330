import { KustodyError } from "../errors.ts";

const LONGEST = 512;

/**
 * Whether a key's name matches a pattern anywhere in it, as Go's `regexp.MatchString`. Patterns come from tenants, so
 * what needs backtracking without bound is refused: look-around, back-references, and a repetition inside a repetition.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const refuse = (why: string, cause?: unknown): KustodyError =>
    new KustodyError("KST_STORE_QUERY", `the name pattern ${JSON.stringify(pattern.slice(0, 80))} ${why}`, {
      hint: "write a regular expression as Go understands it (RE2), without nested repetitions",
      cause,
    });
  if (pattern.length > LONGEST) throw refuse(`is longer than ${LONGEST} characters`);
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(pattern)) throw refuse("uses look-around or a back-reference");
  if (/\([^()]*[*+}][^()]*\)(?:[*+]|\{)/.test(pattern)) throw refuse("repeats a repetition");
  const [, inlineFlags = "", rest = ""] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(pattern) ?? [];
  try {
    const source = rest.replaceAll("(?P<", "(?<").replaceAll("\\A", "^").replaceAll("\\z", "$");
    const expression = new RegExp(source, `${inlineFlags}u`);
    return (name) => name.length <= 4096 && expression.test(name);
  } catch (error) {
    throw refuse("is not a regular expression", error);
  }
}
