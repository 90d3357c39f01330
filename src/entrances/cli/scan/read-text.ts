import { type ErrorCode, KustodyError } from "../../../kernel/errors.ts";
import { readFileText } from "../../../kernel/kube/manifests/read-input.ts";

const LARGEST = 256 * 1024 * 1024;

/** A file's text. Errors: the code that is given. */
export function readText(file: string, code: ErrorCode, what: string): string {
  const read = readFileText(file, LARGEST);
  if (read.ok) return read.text;
  throw new KustodyError(code, `cannot read ${what} ${file}: ${read.reason}`, {
    hint: "check the path and its permissions",
  });
}
