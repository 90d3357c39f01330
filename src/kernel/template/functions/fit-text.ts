/** A text shortened with `...`; `offset` bytes are left out in front as well. Widths below 4, or 7 with an offset, give none. */
export function abbreviate(text: string, offset: number, width: number): string {
  if (width < 4) return "";
  if (text.length <= width) return text;
  let from = Math.min(offset, text.length);
  if (text.length - from < width - 3) from = text.length - (width - 3);
  if (from <= 4) return `${text.slice(0, width - 3)}...`;
  if (width < 7) return "";
  if (from + width - 3 < text.length) return `...${abbreviate(text.slice(from), 0, width - 3)}`;
  return `...${text.slice(text.length - (width - 3))}`;
}

/** One line broken at spaces; words longer than a line are broken only where `breaksWords` says so. */
export function wrapText(text: string, width: number, separator: string, breaksWords: boolean): string {
  const line = Math.max(width, 1);
  const newLine = separator === "" ? "\n" : separator;
  let out = "";
  let at = 0;
  while (text.length - at > line) {
    if (text[at] === " ") {
      at++;
      continue;
    }
    const space = text.lastIndexOf(" ", at + line);
    if (space >= at) {
      out += text.slice(at, space) + newLine;
      at = space + 1;
    } else if (breaksWords) {
      out += text.slice(at, at + line) + newLine;
      at += line;
    } else {
      const next = text.indexOf(" ", at + line);
      if (next === -1) return out + text.slice(at);
      out += text.slice(at, next) + newLine;
      at = next + 1;
    }
  }
  return out + text.slice(at);
}
