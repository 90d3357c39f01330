import type { Subject } from "./finding.ts";

/**
 * `text` with its control characters made visible (`\u001b`): names in manifests are foreign text, and must not move a
 * terminal's cursor, forge a line of a log or break XML. Bidirectional overrides and lone surrogates are control characters too.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Cs}/gu, escapeCharacter);
}

/** The same, but lines stay lines: for a fix that is a piece of YAML. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Where a finding is, in one word where possible: `deploy/db.yaml:6:3`, or `Deployment shop/web spec.containers[0]`. */
export function placeOf({ location, kind, namespace, name, field }: Subject): string {
  if (location !== undefined) {
    const { file, line, column } = location;
    return printable(`${file}${line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`}`);
  }
  const object = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  return printable(field === undefined ? object : `${object} ${field}`);
}
