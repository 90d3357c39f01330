import { KustodyError } from "../errors.ts";
import { compileRegexp } from "../regexp/linear-regexp.ts";

const LONGEST_PATTERN = 1_024;
const LONGEST_NAME = 4_096;

/**
 * Whether a key's name matches an RE2 pattern anywhere in it, as ESO's `find.name.regexp`. An empty pattern matches all.
 *
 * @throws KST_STORE_QUERY when the pattern is none, or too large.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  try {
    if (pattern.length > LONGEST_PATTERN) throw new SyntaxError(`it is longer than ${LONGEST_PATTERN} characters`);
    const matches = compileRegexp(pattern);
    return (name) => name.length <= LONGEST_NAME && matches(name);
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "it cannot be compiled";
    throw new KustodyError(
      "KST_STORE_QUERY",
      `cannot use the name pattern ${JSON.stringify(pattern.slice(0, 80))}: ${why}`,
      {
        hint: "write a regular expression as Go understands it (RE2)",
        cause: error,
      },
    );
  }
}
