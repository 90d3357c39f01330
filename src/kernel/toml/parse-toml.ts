import { parse, TomlError } from "smol-toml";
import { isRecord, type UntypedRecord } from "../untyped.ts";

/** Why a text is no TOML, in words that quote none of it. */
export class TomlSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;

  constructor(reason: string, line: number, column: number) {
    super(reason);
    this.line = line;
    this.column = column;
  }
}

/** A TOML 1.0 document as a tree of plain values. Throws TomlSyntaxError. */
export function parseToml(text: string): UntypedRecord {
  try {
    const document: unknown = parse(text);
    return isRecord(document) ? document : {};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The library's message goes on with the lines around the place.
    const [reason = ""] = error.message.split("\n");
    throw new TomlSyntaxError(reason.replace(/^Invalid TOML document: /, ""), error.line, error.column);
  }
}
