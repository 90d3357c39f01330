import type { Token, TokenKind } from "../lex/token.ts";
import { TemplateFault } from "../template-fault.ts";

/** Walks through tokens, and back. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#end = tokens.at(-1) ?? { kind: "end-of-file", text: "", at: 0 };
  }

  mark(): number {
    return this.#at;
  }

  reset(mark: number): void {
    this.#at = mark;
  }

  peek(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  backup(): void {
    this.#at--;
  }

  /** Passes spaces, and looks at what follows. */
  peekNonSpace(): Token {
    while (this.peek().kind === "space") this.#at++;
    return this.peek();
  }

  nextNonSpace(): Token {
    this.peekNonSpace();
    return this.next();
  }

  expect(kind: TokenKind, context: string): void {
    const token = this.nextNonSpace();
    if (token.kind !== kind)
      throw new TemplateFault("invalid", `${context} holds too much, or is not closed`, token.at);
  }
}
