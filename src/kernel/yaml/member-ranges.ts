import { createRequire } from "node:module";
import type * as Yaml from "yaml";

/** Loaded with the first document that is edited. */
const require = createRequire(import.meta.url);
const library = (): typeof Yaml => require("yaml") as typeof Yaml;

/** As much as the reader takes: a tree takes about a kilobyte per token. */
const MAX_LENGTH = 4 * 1024 * 1024;

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A member of a mapping: where its key begins, and its value without anything that follows. */
export interface MemberRange {
  readonly key: string;
  readonly keyStart: number;
  readonly value: TextRange;
  /** Undefined for a member without a value, or one that is no mapping. */
  readonly mapping: MappingRange | undefined;
}

export interface MappingRange extends TextRange {
  readonly style: "block" | "flow";
  readonly members: readonly MemberRange[];
}

export interface DocumentRanges {
  readonly root: MappingRange;
  readonly comments: readonly TextRange[];
}

/**
 * Where the members of a document's mappings stand, and its comments: for edits that leave the rest of the text as it is.
 * `text` is one document, YAML or JSON, with `\n` at its line ends. Undefined when it is no mapping that can be edited by
 * its members: not valid, too large, with keys that are no texts.
 */
export function memberRanges(text: string): DocumentRanges | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const { isMap, parseDocument } = library();
  try {
    const options = {
      logLevel: "silent",
      merge: true,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
    } as const;
    const document = parseDocument(text, options);
    if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
    const root = rangeOf(document.contents, 2);
    return root === undefined ? undefined : { root, comments: commentsOf(text) };
  } catch {
    return undefined;
  }
}

/** `depth` levels of mappings below this one are taken apart. */
function rangeOf(map: Yaml.YAMLMap, depth: number): MappingRange | undefined {
  const { isMap, isScalar } = library();
  if (!map.range) return undefined;
  const members: MemberRange[] = [];
  for (const { key, value } of map.items) {
    if (!isScalar(key) || typeof key.value !== "string" || !key.range) return undefined;
    const [keyStart, keyEnd] = key.range;
    const start = (value as Yaml.Node | null)?.range?.[0] ?? keyEnd;
    const end = contentEnd(value) ?? keyEnd;
    const mapping = depth > 0 && isMap(value) ? rangeOf(value, depth - 1) : undefined;
    members.push({ key: key.value, keyStart, value: { start, end }, mapping });
  }
  return { style: map.flow === true ? "flow" : "block", start: map.range[0], end: map.range[1], members };
}

/** Behind the last character of a node's own: the range of a block collection takes in comments that follow. */
function contentEnd(node: unknown): number | undefined {
  const { isCollection, isNode, isPair } = library();
  if (!isNode(node)) return undefined;
  const last: unknown = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (isPair(last)) return contentEnd(last.value) ?? contentEnd(last.key) ?? node.range?.[1];
  return contentEnd(last) ?? node.range?.[1];
}

/** The lexer's pieces are the text itself, with marks between them that are no part of it. */
function commentsOf(text: string): TextRange[] {
  const { Lexer } = library();
  const comments: TextRange[] = [];
  let at = 0;
  let afterScalarMark = false;
  for (const piece of new Lexer().lex(text)) {
    const isMark = piece === "\u0002" || piece === "\u0018" || piece === "\u001f";
    if (!isMark) {
      if (piece.startsWith("#") && !afterScalarMark) comments.push({ start: at, end: at + piece.length });
      at += piece.length;
    }
    afterScalarMark = piece === "\u001f";
  }
  return comments;
}
