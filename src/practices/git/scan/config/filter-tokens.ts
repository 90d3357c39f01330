/** A piece of an Expr or CEL program. */
export type FilterToken =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "name" | "mark"; readonly value: string };

const SPACE = /\s+|\/\/[^\n]*|#[^\n]*/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const MARK = /\|\||&&|==|!=|<=|>=|\?\?|\?\.|[()[\]{},.?:<>!+*/%-]/y;
/** Raw texts (CEL's with r, Expr's in back quotes), then quoted ones with escapes; `"""` before `"`. */
const RAW = /[rR](?:"""([^]*?)"""|'''([^]*?)'''|"([^"\n]*)"|'([^'\n]*)')|`([^`]*)`/y;
const QUOTED = /"((?:[^"\\\n]|\\[^])*)"|'((?:[^'\\\n]|\\[^])*)'/y;

/** The tokens of a program; undefined where it holds anything unknown. Linear in its length. */
export function filterTokens(program: string): readonly FilterToken[] | undefined {
  const tokens: FilterToken[] = [];
  for (let at = 0; at < program.length; ) {
    const take = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      const match = pattern.exec(program);
      if (match !== null) at = pattern.lastIndex;
      return match;
    };
    if (take(SPACE) !== null) continue;
    const text = take(RAW);
    const quoted = text === null ? take(QUOTED) : null;
    if (text !== null) tokens.push({ type: "text", value: text.slice(1).find((one) => one !== undefined) ?? "" });
    else if (quoted !== null) {
      const value = unescaped(quoted[1] ?? quoted[2] ?? "");
      if (value === undefined) return undefined;
      tokens.push({ type: "text", value });
    } else {
      const name = take(NAME);
      const number = name === null ? take(NUMBER) : null;
      const mark = name === null && number === null ? take(MARK) : null;
      if (name !== null) tokens.push({ type: "name", value: name[0] });
      else if (number !== null) tokens.push({ type: "number", value: Number(number[0]) });
      else if (mark !== null) tokens.push({ type: "mark", value: mark[0] });
      else return undefined;
    }
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b", f: "\f", v: "\v" };

function unescaped(text: string): string | undefined {
  let isKnown = true;
  const value = text.replaceAll(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([^]))/g,
    (_, hex: string | undefined, unicode: string | undefined, char: string | undefined) => {
      const code = hex ?? unicode;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      const known = ESCAPES[char ?? ""];
      if (known === undefined && !/["'`\\?]/.test(char ?? "")) isKnown = false;
      return known ?? char ?? "";
    },
  );
  return isKnown ? value : undefined;
}
