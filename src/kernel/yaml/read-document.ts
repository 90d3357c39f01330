import type { FieldPath } from "../finding/field-path.ts";
import { readWithLibrary } from "./library-yaml.ts";
import { NOT_PLAIN } from "./plain-scalar.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** One document's value with a way to find a field in its text, or why there is none. Offsets count from the text's begin. */
export type DocumentReading =
  | { readonly ok: true; readonly value: unknown; readonly offsetOf: (path: FieldPath) => number }
  | { readonly ok: false; readonly reason: string; readonly offset: number };

/** Reads one YAML document; positions are worked out when the first is asked for. `text` has no carriage returns. */
export function readYamlDocument(text: string, maxDepth = 100): DocumentReading {
  const value = readPlainYaml(text);
  if (value === NOT_PLAIN) return readWithLibrary(text, maxDepth);
  return { ok: true, value, offsetOf: plainOffsets(text) };
}

function plainOffsets(text: string): (path: FieldPath) => number {
  let index: { root: unknown; offsets: Map<object, Map<string | number, number>> } | undefined;
  return (path) => {
    index ??= indexOffsets(text);
    let offset = text.search(/\S/);
    let node = index.root;
    for (const step of path) {
      if (typeof node !== "object" || node === null) break;
      const next = index.offsets.get(node)?.get(step);
      if (next === undefined) break;
      offset = next;
      node = (node as Record<string | number, unknown>)[step];
    }
    return Math.max(offset, 0);
  };
}

function indexOffsets(text: string): { root: unknown; offsets: Map<object, Map<string | number, number>> } {
  const offsets = new Map<object, Map<string | number, number>>();
  const root = readPlainYaml(text, (container, key, offset) => {
    let members = offsets.get(container);
    if (members === undefined) {
      members = new Map();
      offsets.set(container, members);
    }
    members.set(key, offset);
  });
  return { root, offsets };
}
