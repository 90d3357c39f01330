import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { normalizeLineEnds } from "../../yaml/parse-yaml.ts";
import { reasonOf } from "./find-files.ts";

/** The largest file that is read, in bytes, unless told otherwise. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A file's text with `\n` at its line ends, or why there is none. */
export type InputText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** Reads a file (or a pipe such as /dev/fd/63) up to `maxBytes`; UTF-8 without NUL, else a reason. Never throws. */
export function readFileText(path: string, maxBytes: number): InputText {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
  try {
    const { size } = fstatSync(file);
    if (size > maxBytes) return tooLarge(maxBytes);
    return readAll(file, size, maxBytes);
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  } finally {
    closeSync(file);
  }
}

/** A pipe has size 0 and a file may grow: reads until the end, one byte beyond the bound at most. */
function readAll(file: number, size: number, maxBytes: number): InputText {
  let bytes = Buffer.allocUnsafe(Math.min(size, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) return textOf(bytes.subarray(0, length));
    length += read;
    if (length > maxBytes) return tooLarge(maxBytes);
    if (length === bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(Math.max(length * 2, 64 * 1024), maxBytes + 1));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
  }
}

/** Reads a stream such as standard input up to `maxBytes`. */
export async function readStreamText(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<InputText> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      length += bytes.length;
      if (length > maxBytes) return tooLarge(maxBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
  return textOf(Buffer.concat(chunks));
}

function textOf(bytes: Buffer): InputText {
  if (bytes.includes(0)) return { ok: false, reason: "it holds NUL bytes, so it is no text (UTF-16 is not read)" };
  if (!isUtf8(bytes)) return { ok: false, reason: "it is not valid UTF-8" };
  return { ok: true, text: normalizeLineEnds(bytes.toString("utf8")) };
}

function tooLarge(maxBytes: number): InputText {
  return { ok: false, reason: `it is larger than ${maxBytes} bytes` };
}
