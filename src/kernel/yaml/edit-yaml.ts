import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";

/** Loaded with the first document that is edited. */
const require = createRequire(import.meta.url);
const library = (): typeof Yaml => require("yaml") as typeof Yaml;

const MAX_LENGTH = 1024 * 1024;

export type YamlPath = readonly (string | number)[];

/** A change of one place in a document. `value` may hold Secrets, which are written as base64. */
export type YamlEdit =
  | { readonly op: "set"; readonly path: YamlPath; readonly value: unknown }
  | { readonly op: "remove"; readonly path: YamlPath }
  /** Before the item of a list that stands at this index. */
  | { readonly op: "insert"; readonly path: YamlPath; readonly index: number; readonly value: unknown }
  | { readonly op: "move"; readonly path: YamlPath; readonly from: number; readonly to: number };

/**
 * Changes one YAML document whose text may hold secrets, one edit after the other; comments stay. A door: the text is a string
 * while it is changed. Errors: KST_MANIFEST_INVALID, without the text.
 */
export function editYaml(text: Secret, edits: readonly YamlEdit[], file: string): Secret {
  const { parseDocument } = library();
  if (text.size > MAX_LENGTH) throw unusable(file, "is too large to be changed");
  const document = parseDocument(text.unwrap().toString("utf8"), { logLevel: "silent" });
  if (document.errors.length > 0) throw unusable(file, "is not valid YAML, or more than one document");
  try {
    for (const edit of edits) apply(document, edit);
    return Secret.fromText(document.toString({ lineWidth: 0 }));
  } catch {
    // The library's own message may quote the text.
    throw unusable(file, "is not built as the change expects");
  }
}

/** The document with the values of these keys replaced by `shown`, without comments. A door, as `editYaml`. */
export function showYaml(text: Secret, hidden: readonly string[], file: string, shown = "[secret]"): string {
  const { parseDocument, visit, isScalar } = library();
  const document = parseDocument(text.unwrap().toString("utf8"), { logLevel: "silent" });
  if (document.errors.length > 0) throw unusable(file, "is not valid YAML");
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || !hidden.includes(String(pair.key.value))) return undefined;
      pair.value = document.createNode(shown);
      return undefined;
    },
  });
  // Comments may hold what was once a value.
  visit(document, { Node: (_, node) => void Object.assign(node, { comment: null, commentBefore: null }) });
  document.comment = null;
  document.commentBefore = null;
  return document.toString({ lineWidth: 0 });
}

function apply(document: Yaml.Document, edit: YamlEdit): void {
  const path = [...edit.path];
  if (edit.op === "set") document.setIn(path, document.createNode(plain(edit.value)));
  else if (edit.op === "remove") document.deleteIn(path);
  else {
    const list = document.getIn(path, true);
    if (!library().isSeq(list)) throw new TypeError("no list");
    if (edit.op === "insert") list.items.splice(edit.index, 0, document.createNode(plain(edit.value)));
    else list.items.splice(edit.to, 0, ...list.items.splice(edit.from, 1));
  }
}

/** `value` with Secrets as base64 text, as an EncryptionConfiguration has its keys. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.unwrap().toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function unusable(file: string, reason: string): KustodyError {
  return new KustodyError("KST_MANIFEST_INVALID", `${file} ${reason}`, {
    hint: "check it with: kustody check, and correct it by hand",
  });
}
