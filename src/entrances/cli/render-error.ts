import { type KustodyError, toKustodyError } from "../../kernel/errors.ts";

/** `error:` and `hint:` lines, the code, and the chain of causes by their messages. */
export function renderError(thrown: unknown): string {
  const error = toKustodyError(thrown);
  const lines = [`error: ${oneLine(error.message)} (${error.code})`];
  for (const cause of causesOf(error)) lines.push(`cause: ${oneLine(cause)}`);
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return `${lines.join("\n")}\n`;
}

function causesOf(error: KustodyError): string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < 5) {
    if (cause.message !== error.message) causes.push(cause.message);
    cause = cause.cause;
  }
  return causes;
}

/** A hostile file name or server reply must not forge further lines or move the cursor. */
function oneLine(text: string): string {
  const cut = text.length > 500 ? `${text.slice(0, 500)}…` : text;
  return cut.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}
