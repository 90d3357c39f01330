/** A pattern and how far it has been read. */
export class PatternReader {
  readonly #pattern: string;
  #at = 0;
  readonly #names: (string | undefined)[] = [];

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** How many groups have been opened. */
  get groups(): number {
    return this.#names.length;
  }

  /** The name of each group that captures, where it has one. */
  get names(): readonly (string | undefined)[] {
    return this.#names;
  }

  /** The number of a group that captures and begins here, from 1. */
  openGroup(name: string | undefined): number {
    if (name !== undefined && this.#names.includes(name)) throw new SyntaxError("two groups have one name");
    this.#names.push(name);
    return this.#names.length;
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
