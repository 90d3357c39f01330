/**
 * Pure. Whether a key matches a StorePolicy's pattern: `*` stands for any characters but `/`, `**` for any, `{namespace}`
 * for the asking namespace. In time proportional to pattern × key, whatever the pattern: they come from users.
 */
export function keyMatches(pattern: string, key: string, namespace: string): boolean {
  const parts = tokens(pattern.replaceAll("{namespace}", namespace));
  // Positions in `key` up to which the parts so far can match.
  let reached = new Uint8Array(key.length + 1);
  reached[0] = 1;
  for (const part of parts) {
    const next = new Uint8Array(key.length + 1);
    for (let at = 0; at <= key.length; at++) {
      if (reached[at] === 0) continue;
      if (part.kind === "text") {
        if (key.startsWith(part.text, at)) next[at + part.text.length] = 1;
        continue;
      }
      for (let end = at; end <= key.length && next[end] === 0; end++) {
        next[end] = 1;
        if (part.kind === "segment" && key[end] === "/") break;
      }
    }
    reached = next;
  }
  return reached[key.length] === 1;
}

type Token = { readonly kind: "text"; readonly text: string } | { readonly kind: "segment" | "anything" };

function tokens(pattern: string): Token[] {
  return pattern
    .split(/(\*+)/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      if (!piece.startsWith("*")) return { kind: "text", text: piece };
      return { kind: piece.length === 1 ? "segment" : "anything" };
    });
}
