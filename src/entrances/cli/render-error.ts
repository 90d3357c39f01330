import { type KustodyError, toKustodyError } from "../../kernel/errors.ts";

/** `error:`, `cause:` and `hint:` lines, with the code. */
export function renderError(thrown: unknown): string {
  const error = toKustodyError(thrown);
  const lines = [`error: ${contained(error.message)} (${error.code})`];
  for (const cause of causesOf(error)) lines.push(`cause: ${contained(cause)}`);
  if (error.hint !== undefined) lines.push(`hint: ${contained(error.hint)}`);
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

/**
 * A hostile file name or server reply must not move the cursor, nor forge a line of its own: what follows a line break
 * is indented, and no other control character is printed.
 */
function contained(text: string): string {
  const cut = text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
  return cut.replaceAll(/\r?\n\s*/g, "\n  ").replaceAll(/(?:(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu, " ");
}
