import type { Candidate } from "../allowlist.ts";

/** A value with the whole name that it is given to, in lower case and without `_`, `-` and `.`. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly line: string;
}

/** A candidate as an assignment: a match begins at the word that says "secret", the name often before it. Pure. */
export function assignmentOf({ secret, match, line }: Candidate): Assignment {
  const [first = ""] = match.split("\n", 1);
  const at = line.indexOf(first);
  const before = at < 0 ? "" : (/[\w.-]{0,60}$/.exec(line.slice(0, at))?.[0] ?? "");
  const end = match.indexOf(secret);
  const name = before + match.slice(0, Math.max(end, 0)).replace(/[^\w.-]+$/, "");
  return { name: name.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase(), value: decoded(secret), line };
}

/** Parts of URLs as they are meant. */
function decoded(value: string): string {
  if (!/%[0-9A-Fa-f]{2}/.test(value)) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
