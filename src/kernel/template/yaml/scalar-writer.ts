import { bytesOfRune, runesOf } from "../values/utf8.ts";
import { isBreak, isPrintable, type ScalarStyle } from "./scalar-style.ts";

/** Lines longer than this are folded at their next space. */
const WIDTH = 80;

const ESCAPES: Readonly<Record<number, string>> = {
  0: "0",
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
  27: "e",
  34: '"',
  92: "\\",
  0x85: "N",
  0xa0: "_",
  0x2028: "L",
  0x2029: "P",
};

/** Text that grows, and the column in which it ends, counted in characters. */
export class ScalarWriter {
  text = "";
  #column = 0;

  write(text: string): void {
    this.text += text;
    const lineStart = text.lastIndexOf("\n") + 1;
    this.#column = (lineStart > 0 ? 0 : this.#column) + runesOf(text.slice(lineStart)).length;
  }

  newLine(indent: number): void {
    this.write(`\n${" ".repeat(indent)}`);
  }

  /** A text in a style; `folds`: where it gets too long it goes on in the next line, at `indent`. */
  scalar(text: string, style: ScalarStyle, indent: number, folds: boolean): void {
    if (style === "literal") this.#literal(text, indent);
    else if (style === "double") this.#double(text, indent, folds);
    else this.#unescaped(text, style, indent, folds);
  }

  #unescaped(text: string, style: "plain" | "single", indent: number, folds: boolean): void {
    const quote = style === "single" ? "'" : "";
    this.write(quote);
    const runes = runesOf(text);
    let afterSpace = false;
    for (const [index, rune] of runes.entries()) {
      const isSpace = rune === 0x20;
      const isInside = style === "plain" || (index > 0 && index < runes.length - 1);
      if (isSpace && folds && !afterSpace && isInside && runes[index + 1] !== 0x20 && this.#column > WIDTH) {
        this.newLine(indent);
      } else this.write(rune === 0x27 && quote !== "" ? "''" : bytesOfRune(rune));
      afterSpace = isSpace;
    }
    this.write(quote);
  }

  #double(text: string, indent: number, folds: boolean): void {
    this.write('"');
    const runes = runesOf(text);
    let afterSpace = false;
    for (const [index, rune] of runes.entries()) {
      const isSpace = rune === 0x20;
      if (!isPrintable(rune) || isBreak(rune) || rune === 0x22 || rune === 0x5c) this.write(escaped(rune));
      else if (isSpace && folds && !afterSpace && index > 0 && index < runes.length - 1 && this.#column > WIDTH) {
        this.newLine(indent);
        if (runes[index + 1] === 0x20) this.write("\\");
      } else this.write(bytesOfRune(rune));
      afterSpace = isSpace;
    }
    this.write('"');
  }

  /** `|` with what keeps its indentation and the line ends at its end. */
  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? "2" : "";
    const chomping = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
    this.write(`|${hint}${chomping}`);
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) this.write(line === "" ? "\n" : `\n${" ".repeat(indent)}${line}`);
  }
}

function escaped(rune: number): string {
  const short = ESCAPES[rune];
  if (short !== undefined) return `\\${short}`;
  const hex = rune.toString(16).toUpperCase();
  if (rune <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return rune <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
