/** `{{ … }}` in a text, from `start` up to `end`. */
export interface TemplateAction {
  readonly start: number;
  readonly end: number;
  /** What stands between the braces, without the marks that trim spaces. */
  readonly code: string;
}

/** Longer ones are none: the text is no template, or a hostile one. */
const LONGEST = 16 * 1024;

/** The actions of a Go template, in order; braces inside of texts and comments end none. Linear in the text's length. */
export function* templateActions(text: string): Generator<TemplateAction> {
  for (let start = text.indexOf("{{"); start >= 0; ) {
    const end = endOfAction(text, start + 2);
    if (end === undefined) start = text.indexOf("{{", start + LONGEST);
    else {
      yield {
        start,
        end,
        code: text
          .slice(start + 2, end - 2)
          .replaceAll(/^-\s|\s-$/g, "")
          .trim(),
      };
      start = text.indexOf("{{", end);
    }
  }
}

function endOfAction(text: string, from: number): number | undefined {
  const limit = Math.min(text.length, from + LONGEST);
  if (/^-?\s*\/\*/.test(text.slice(from, from + 8))) {
    // Within the bound, or a text of nothing but openings would take the square of its length.
    const comment = text.slice(from, limit);
    const close = comment.indexOf("*/");
    const end = close < 0 ? -1 : comment.indexOf("}}", close);
    return end < 0 ? undefined : from + end + 2;
  }
  for (let at = from; at < limit; at++) {
    const char = text[at];
    if (char === "}" && text[at + 1] === "}") return at + 2;
    if (char === '"' || char === "`") {
      at = endOfText(text, at + 1, char, limit);
      if (at < 0) return undefined;
    }
  }
  return undefined;
}

/** Where a text inside an action ends; a quoted one has escapes, and ends in its line. */
function endOfText(text: string, from: number, quote: string, limit: number): number {
  for (let at = from; at < limit; at++) {
    if (text[at] === quote) return at;
    if (quote === '"' && text[at] === "\\") at += 1;
    else if (quote === '"' && text[at] === "\n") return -1;
  }
  return -1;
}

const ALONE =
  /^(?:(?:b64enc|quote|squote|toString|trim|nospace|upper|lower)\s+)*"((?:[^"\\\n]|\\.){0,4096})"\s*(?:\|[^"`]*)?$/;
const DEFAULT = /\bdefault\s+"((?:[^"\\\n]|\\.){0,4096})"/;

/** The text that an action writes out by itself, or falls back to: `"…" | b64enc`, `.Values.x | default "…"`. */
export function literalOfAction(code: string): string | undefined {
  const text = ALONE.exec(code)?.[1] ?? DEFAULT.exec(code)?.[1];
  return text?.replaceAll(/\\(.)/g, "$1");
}
