import { Secret } from "../../../../kernel/secret/secret.ts";
import { valueShape } from "../../../../kernel/secret/value-shape.ts";
import { inField } from "../../fields/credential-fields.ts";
import type { StructuralValue } from "./structural-value.ts";

const LINE = /^\s{0,40}(?:export\s{1,8})?([A-Za-z_][\w.-]{0,200})\s{0,8}=\s{0,8}(.*)$/;
const LONGEST_LINE = 64 * 1024;

/**
 * The values in a file of variables (`NAME=value` lines): all that are in the clear, or those that are credentials by name
 * or by themselves. Pure.
 */
export function* variablesIn(text: string, which: "all" | "named"): Generator<StructuralValue> {
  let line = 0;
  for (const row of text.split("\n")) {
    line += 1;
    if (row.length > LONGEST_LINE) continue;
    const [, name, written] = LINE.exec(row) ?? [];
    if (name === undefined || written === undefined) continue;
    const value = unquoted(written.trim());
    const place = { field: name, line, column: row.indexOf(name) + 1 };
    if (which === "named") {
      for (const { secret } of inField(name, value, [])) yield { structure: "variables", ...place, secret };
    } else if (valueShape(value) === "value")
      yield { structure: "kustomization", ...place, secret: Secret.fromText(value) };
  }
}

/** Without quotes around, or the comment behind. */
function unquoted(written: string): string {
  const [quote] = written;
  const end = quote === '"' || quote === "'" ? written.indexOf(quote, 1) : -1;
  return end > 0 ? written.slice(1, end) : written.replace(/\s#.*$/, "").trim();
}

/** A file that is one value as a whole. */
export function* wholeValue(text: string): Generator<StructuralValue> {
  if (valueShape(text) === "value")
    yield { structure: "kustomization", field: "", line: 1, column: 1, secret: Secret.fromText(text.trimEnd()) };
}
