/** The beginning of `text` up to the end of its first bracket or quote, brackets in brackets and in quotes considered. */
export function balancedPrefix(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at += 1;
    } else if ("{[(".includes(char)) depth += 1;
    else if ("}])".includes(char)) depth -= 1;
    if (depth === 0) return text.slice(0, at + 1);
  }
  return text;
}
