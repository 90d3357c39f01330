export type TokenKind =
  | "text"
  | "left-delimiter"
  | "right-delimiter"
  | "space"
  | "assign"
  | "declare"
  | "pipe"
  | "left-paren"
  | "right-paren"
  | "comma"
  | "character"
  | "identifier"
  | "keyword"
  | "bool"
  | "dot"
  | "field"
  | "variable"
  | "nil"
  | "number"
  | "char-constant"
  | "complex"
  | "string"
  | "raw-string"
  | "end-of-file";

/** A piece of a template. `text` is as it stands there, with its quotes. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Byte offset. */
  readonly at: number;
}
