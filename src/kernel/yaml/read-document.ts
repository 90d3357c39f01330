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
  let index: OffsetIndex | undefined;
  return (path) => {
    index ??= indexOffsets(text);
    let offset = index.begin;
    let node = index.root;
    for (const step of path) {
      if (typeof node !== "object" || node === null) break;
      const next = index.offsets.get(node)?.get(step);
      if (next === undefined) break;
      offset = next;
      node = (node as Record<string | number, unknown>)[step];
    }
    return offset;
  };
}

interface OffsetIndex {
  readonly root: unknown;
  /** Where the document's first member or item stands. */
  readonly begin: number;
  readonly offsets: ReadonlyMap<object, ReadonlyMap<string | number, number>>;
}

function indexOffsets(text: string): OffsetIndex {
  const offsets = new Map<object, Map<string | number, number>>();
  let begin: number | undefined;
  const root = readPlainYaml(text, (container, key, offset) => {
    begin ??= offset;
    let members = offsets.get(container);
    if (members === undefined) {
      members = new Map();
      offsets.set(container, members);
    }
    members.set(key, offset);
  });
  return { root, begin: begin ?? 0, offsets };
}
