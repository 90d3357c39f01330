/**
 * Whether a whole text matches a pattern in which `*` stands for any characters, `?` for one, and `\` takes the next as it
 * is. Both are byte strings of UTF-8. Takes at most text × pattern steps: it only ever goes back to the last star.
 */
export function globMatch(text: string, pattern: string): boolean {
  const chars = characters(text);
  const wanted = tokens(characters(pattern));
  let at = 0;
  let next = 0;
  let star = -1;
  let starAt = 0;
  while (at < chars.length) {
    const token = wanted[next];
    if (token?.kind === "star") {
      star = next++;
      starAt = at;
    } else if (token?.kind === "any" || (token?.kind === "char" && token.char === chars[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      next = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (wanted[next]?.kind === "star") next += 1;
  return next === wanted.length;
}

type Token = { kind: "star" } | { kind: "any" } | { kind: "never" } | { kind: "char"; char: string };

function characters(byteString: string): string[] {
  return Array.from(Buffer.from(byteString, "latin1").toString("utf8"));
}

function tokens(pattern: readonly string[]): Token[] {
  const all: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "*") all.push({ kind: "star" });
    else if (char === "?") all.push({ kind: "any" });
    else if (char === "\\") {
      const escaped = pattern[++at];
      all.push(escaped === undefined ? { kind: "never" } : { kind: "char", char: escaped });
    } else all.push({ kind: "char", char });
  }
  return all;
}
