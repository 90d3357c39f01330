import { isAscii, isUtf8 } from "node:buffer";

/** A text with what its offsets mean. */
export interface ScanText {
  readonly text: string;
  /** ASCII alone: then its offsets are those of the bytes. */
  readonly ascii: boolean;
}

/** Bytes as text, whatever they are: each byte that is no UTF-8 becomes a lone surrogate (U+DC00 + byte), one character as in Go. */
export function textOfBytes(bytes: Buffer): ScanText {
  if (isAscii(bytes)) return { text: bytes.toString("latin1"), ascii: true };
  if (isUtf8(bytes)) return { text: bytes.toString("utf8"), ascii: false };
  return { text: textWithInvalid(bytes), ascii: false };
}

function textWithInvalid(bytes: Buffer): string {
  const pieces: string[] = [];
  let validFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (validFrom < at) pieces.push(bytes.toString("utf8", validFrom, at));
    pieces.push(String.fromCharCode(0xdc00 + (bytes[at] ?? 0)));
    at += 1;
    validFrom = at;
  }
  pieces.push(bytes.toString("utf8", validFrom));
  return pieces.join("");
}

/** How many bytes the character at `at` takes; 0 where there is none (RFC 3629 §4). */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let index = 2; index < length; index++) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** How many bytes a piece of such a text came from. */
export function byteLengthOf({ text, ascii }: ScanText, from: number, to: number): number {
  if (ascii) return to - from;
  let bytes = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    // Both halves of a pair count two; a lone surrogate is one byte that was none of UTF-8.
    if (code < 0x80 || isLone(text, at, code)) bytes += 1;
    else if (code < 0x800 || (code & 0xf800) === 0xd800) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}

function isLone(text: string, at: number, code: number): boolean {
  return (code & 0xfc00) === 0xdc00 && (at === 0 || (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800);
}
