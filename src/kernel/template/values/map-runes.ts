import { bytesOfRune, isAsciiBytes, runesOf } from "./utf8.ts";

/** A text with each character mapped; a byte that is no UTF-8 becomes U+FFFD, as in Go's strings.Map. */
export function mapRunes(text: string, map: (rune: number) => number): string {
  return runesOf(text)
    .map((rune) => bytesOfRune(map(rune)))
    .join("");
}

/** As mapRunes, by JavaScript's own function where the text is ASCII. */
export function mapCase(text: string, map: (rune: number) => number, ascii: (text: string) => string): string {
  return isAsciiBytes(text) ? ascii(text) : mapRunes(text, map);
}
