import { TemplateFault } from "../template-fault.ts";
import { isAlphaNumericAt, runeAt } from "../values/utf8.ts";
import { scanNumber } from "./scan-number.ts";
import type { Token, TokenKind } from "./token.ts";

export interface Delimiters {
  readonly left: string;
  readonly right: string;
}

const KEYWORDS = new Set(["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"]);
const SINGLE: Readonly<Record<string, TokenKind>> = { "=": "assign", "|": "pipe", ",": "comma" };

/** The tokens of a template (https://pkg.go.dev/text/template); `source` is a byte string. @throws TemplateFault */
export function lexTemplate(source: string, delimiters: Delimiters): Token[] {
  return new Lexer(source, delimiters).tokens();
}

class Lexer {
  readonly #source: string;
  readonly #left: string;
  readonly #right: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #parens = 0;

  constructor(source: string, { left, right }: Delimiters) {
    this.#source = source;
    this.#left = left;
    this.#right = right;
  }

  tokens(): Token[] {
    while (this.#at < this.#source.length) this.#text();
    this.#tokens.push({ kind: "end-of-file", text: "", at: this.#source.length });
    return this.#tokens;
  }

  #text(): void {
    const source = this.#source;
    const start = this.#at;
    const found = source.indexOf(this.#left, start);
    if (found === -1) {
      this.#emit("text", start, source.length);
      return;
    }
    const inside = found + this.#left.length;
    const trims = source[inside] === "-" && isSpace(source.charCodeAt(inside + 1));
    let end = found;
    if (trims) while (end > start && isSpace(source.charCodeAt(end - 1))) end--;
    if (end > start) this.#emit("text", start, end);
    this.#at = trims ? inside + 2 : inside;
    if (source.startsWith("/*", this.#at)) {
      this.#comment();
      return;
    }
    this.#tokens.push({ kind: "left-delimiter", text: this.#left, at: found });
    this.#action(found);
  }

  #comment(): void {
    const end = this.#source.indexOf("*/", this.#at + 2);
    if (end === -1) throw new TemplateFault("invalid", "a comment is not closed", this.#at);
    this.#at = end + 2;
    if (!this.#rightDelimiter()) throw new TemplateFault("invalid", "a comment ends before its action does", this.#at);
  }

  /** Passes a right delimiter, with the space that its trim marker takes; false where there is none. */
  #rightDelimiter(): boolean {
    const source = this.#source;
    const marked = isSpace(source.charCodeAt(this.#at)) && source[this.#at + 1] === "-";
    if (marked && source.startsWith(this.#right, this.#at + 2)) {
      this.#at += 2 + this.#right.length;
      while (isSpace(source.charCodeAt(this.#at))) this.#at++;
      return true;
    }
    if (!source.startsWith(this.#right, this.#at)) return false;
    this.#at += this.#right.length;
    return true;
  }

  #action(start: number): void {
    this.#parens = 0;
    for (;;) {
      const at = this.#at;
      if (this.#rightDelimiter()) {
        if (this.#parens > 0) throw new TemplateFault("invalid", "a left parenthesis is not closed", at);
        this.#tokens.push({ kind: "right-delimiter", text: this.#right, at });
        return;
      }
      if (at >= this.#source.length) throw new TemplateFault("invalid", "an action is not closed", start);
      this.#element(at);
    }
  }

  #element(at: number): void {
    const source = this.#source;
    const char = source[at] ?? "";
    const code = source.charCodeAt(at);
    const single = SINGLE[char];
    if (isSpace(code)) this.#space(at);
    else if (single !== undefined) this.#emit(single, at, at + 1);
    else if (char === ":") {
      if (source[at + 1] !== "=") throw new TemplateFault("invalid", "a colon stands where := was expected", at);
      this.#emit("declare", at, at + 2);
    } else if (char === '"') this.#quoted("string", at, char);
    else if (char === "'") this.#quoted("char-constant", at, char);
    else if (char === "`") {
      const end = source.indexOf("`", at + 1);
      if (end === -1) throw new TemplateFault("invalid", "a raw string is not closed", at);
      this.#emit("raw-string", at, end + 1);
    } else if (char === "$") this.#name("variable", at);
    else if (char === "." && !/[0-9]/.test(source[at + 1] ?? "")) this.#name("field", at);
    else if (/[.+\-0-9]/.test(char)) this.#number(at);
    else if (isAlphaNumericAt(source, at)) this.#word(at);
    else this.#punctuation(at, char, code);
  }

  #punctuation(at: number, char: string, code: number): void {
    if (char === "(") {
      this.#parens++;
      this.#emit("left-paren", at, at + 1);
    } else if (char === ")") {
      this.#parens--;
      if (this.#parens < 0) throw new TemplateFault("invalid", "a right parenthesis has no left one", at);
      this.#emit("right-paren", at, at + 1);
    } else if (code > 0x20 && code < 0x7f) this.#emit("character", at, at + 1);
    else throw new TemplateFault("invalid", "an action holds a character that means nothing there", at);
  }

  /** Spaces, but not the one that belongs to a trim marker before a right delimiter. */
  #space(at: number): void {
    let end = at;
    while (isSpace(this.#source.charCodeAt(end))) end++;
    const last = end - 1;
    if (this.#source[end] === "-" && this.#source.startsWith(this.#right, end + 1)) {
      if (last > at) this.#emit("space", at, last);
      return;
    }
    this.#emit("space", at, end);
  }

  #quoted(kind: "string" | "char-constant", at: number, quote: string): void {
    const source = this.#source;
    for (let end = at + 1; end < source.length; end++) {
      const char = source[end];
      if (char === "\n") break;
      if (char === "\\") {
        end += runeAt(source, end + 1).size;
        if (source[end] === "\n") break;
      } else if (char === quote) {
        this.#emit(kind, at, end + 1);
        return;
      }
    }
    throw new TemplateFault("invalid", `a ${kind === "string" ? "string" : "character"} in quotes is not closed`, at);
  }

  /** `.`, `.name`, `$` or `$name`. */
  #name(kind: "variable" | "field", at: number): void {
    let end = at + 1;
    if (!this.#endsWord(end)) {
      for (;;) {
        const size = isAlphaNumericAt(this.#source, end);
        if (size === 0) break;
        end += size;
      }
      this.#requireEnd(end);
    }
    if (kind === "field" && end === at + 1) this.#emit("dot", at, end);
    else this.#emit(kind, at, end);
  }

  #word(at: number): void {
    let end = at;
    for (;;) {
      const size = isAlphaNumericAt(this.#source, end);
      if (size === 0) break;
      end += size;
    }
    this.#requireEnd(end);
    const word = this.#source.slice(at, end);
    if (KEYWORDS.has(word)) this.#emit("keyword", at, end);
    else if (word === "nil") this.#emit("nil", at, end);
    else this.#emit(word === "true" || word === "false" ? "bool" : "identifier", at, end);
  }

  #number(at: number): void {
    const end = scanNumber(this.#source, at);
    if (end === undefined) throw new TemplateFault("invalid", "a number is malformed", at);
    const sign = this.#source[end];
    if (sign !== "+" && sign !== "-") {
      this.#emit("number", at, end);
      return;
    }
    const second = scanNumber(this.#source, end);
    if (second === undefined || this.#source[second - 1] !== "i") {
      throw new TemplateFault("invalid", "a number is malformed", at);
    }
    this.#emit("complex", at, second);
  }

  #endsWord(at: number): boolean {
    if (at >= this.#source.length) return true;
    return /[ \t\r\n.,|:()]/.test(this.#source[at] ?? "") || this.#source.startsWith(this.#right, at);
  }

  #requireEnd(at: number): void {
    if (!this.#endsWord(at))
      throw new TemplateFault("invalid", "a name is followed by a character that cannot stand there", at);
  }

  #emit(kind: TokenKind, start: number, end: number): void {
    this.#tokens.push({ kind, text: this.#source.slice(start, end), at: start });
    this.#at = end;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
