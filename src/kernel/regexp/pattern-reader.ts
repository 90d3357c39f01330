/** A pattern and how far it has been read. */
export class PatternReader {
  readonly #pattern: string;
  #at = 0;
  #groups = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** How many groups have been opened. */
  get groups(): number {
    return this.#groups;
  }

  /** The number of a group that captures and begins here, from 1. */
  openGroup(): number {
    this.#groups += 1;
    return this.#groups;
  }

  rest(): string {
    return this.#pattern.slice(this.#at);
  }

  /** The next character; empty at the end. */
  peek(): string {
    const code = this.#pattern.codePointAt(this.#at);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  next(): string {
    const char = this.peek();
    if (char === "") throw new SyntaxError("the pattern ends too early");
    this.#at += char.length;
    return char;
  }

  take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What an expression anchored by `^` matches here; it is passed over. */
  takeMatch(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.rest());
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }
}
