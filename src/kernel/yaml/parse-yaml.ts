import type { FieldPath } from "../finding/field-path.ts";
import { LineTable, type Position } from "./line-table.ts";
import { readYamlDocument } from "./read-document.ts";
import { splitDocuments } from "./split-documents.ts";

export interface YamlBounds {
  /** In UTF-16 units; 16 Mi unless told. */
  readonly maxLength?: number;
  /** Collections inside collections; 100 unless told. */
  readonly maxDepth?: number;
}

/** A value with a way to ask where a field stands, or a reason in words that never quote the text. */
export type YamlReading =
  | { readonly ok: true; readonly value: unknown; readonly locate: (path: FieldPath) => Position }
  | ({ readonly ok: false; readonly reason: string } & Position);

/**
 * Reads a text that is one YAML (or JSON) document, such as kustody.yaml; an empty one is null. Bounded in size, depth
 * and expansion of aliases; a key that stands twice is an error. Never throws.
 *
 * @example
 * const reading = parseYaml("kube:\n  context: lab\n");
 * if (reading.ok) reading.locate(["kube", "context"]); // { line: 2, column: 3 }
 */
export function parseYaml(source: string, bounds: YamlBounds = {}): YamlReading {
  const maxLength = bounds.maxLength ?? 16 * 1024 * 1024;
  if (source.length > maxLength) {
    return { ok: false, reason: `the text is longer than ${maxLength} characters`, line: 1, column: 1 };
  }
  const text = normalizeLineEnds(source);
  const table = new LineTable(text);
  const [document, second] = splitDocuments(text);
  if (document === undefined) return { ok: true, value: null, locate: () => ({ line: 1, column: 1 }) };
  if (second !== undefined) {
    return { ok: false, reason: "there is more than one document", ...table.at(second.start) };
  }
  const reading = readYamlDocument(document.text, bounds.maxDepth);
  if (!reading.ok) return { ok: false, reason: reading.reason, ...table.at(document.start + reading.offset) };
  return {
    ok: true,
    value: reading.value,
    locate: (path) => table.at(document.start + reading.offsetOf(path)),
  };
}

/** Without byte-order mark, and with `\n` alone: columns and lines stay what they were. */
export function normalizeLineEnds(source: string): string {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}
