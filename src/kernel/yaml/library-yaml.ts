import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { FieldPath } from "../finding/field-path.ts";
import type { DocumentReading } from "./read-document.ts";

/** Loaded when the first document needs it: most input never does, and loading takes as long as reading a thousand objects. */
const require = createRequire(import.meta.url);
const library = (): typeof Yaml => require("yaml") as typeof Yaml;

/** Bounds of what the `yaml` package is given: its tree takes about a kilobyte per token. */
const MAX_LENGTH = 4 * 1024 * 1024;
const MAX_TOKENS = 250_000;
const MAX_ALIASES = 100;

/** What is wrong in our words: the package's own messages quote the text, and the text may be a secret. */
const REASONS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias cannot have an anchor or a tag",
  BAD_ALIAS: "an alias names no anchor",
  BAD_DIRECTIVE: "a directive is malformed",
  BAD_DQ_ESCAPE: "a quoted text holds an unknown escape",
  BAD_INDENT: "the indentation is wrong",
  BAD_PROP_ORDER: "an anchor or a tag stands in the wrong place",
  BAD_SCALAR_START: "a text begins with a reserved character",
  BLOCK_AS_IMPLICIT_KEY: "a key stands where only a value can: look at the indentation",
  BLOCK_IN_FLOW: "a block collection stands inside brackets",
  DUPLICATE_KEY: "a key stands twice in one mapping",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a quote, bracket, comma or colon is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines",
  MULTIPLE_ANCHORS: "a value has two anchors",
  MULTIPLE_TAGS: "a value has two tags",
  NON_STRING_KEY: "a key is not a text",
  RESOURCE_EXHAUSTION: "the document is nested too deeply",
  TAB_AS_INDENT: "a tab is used as indentation",
  TAG_RESOLVE_FAILED: "a value does not fit its tag",
  UNEXPECTED_TOKEN: "something stands where it cannot",
};

/** YAML 1.1 as Go's yaml package reads it: times, and numbers of base 60, are texts, and of equal keys the last counts. */
const GO_YAML_1_1: Yaml.ParseOptions & Yaml.DocumentOptions & Yaml.SchemaOptions = {
  version: "1.1",
  customTags: (tags) =>
    tags.filter((tag) => typeof tag === "string" || (tag.format !== "TIME" && !tag.tag.endsWith(":timestamp"))),
};

/** Reads one document with the `yaml` package: all of YAML 1.2, or 1.1, and merge keys, within bounds. */
export function readWithLibrary(text: string, maxDepth: number, version: "1.1" | "1.2" = "1.2"): DocumentReading {
  if (text.length > MAX_LENGTH || tokens(text) > MAX_TOKENS) {
    return { ok: false, reason: "the document is too large for YAML beyond plain mappings and lists", offset: 0 };
  }
  const { LineCounter, parseDocument } = library();
  let document: Yaml.Document;
  try {
    document = parseDocument(text, {
      lineCounter: new LineCounter(),
      logLevel: "silent",
      merge: true,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      ...(version === "1.1" ? GO_YAML_1_1 : {}),
    });
  } catch {
    return { ok: false, reason: "the document is nested too deeply", offset: 0 };
  }
  const error = document.errors[0];
  if (error !== undefined) {
    return { ok: false, reason: REASONS[error.code] ?? "the document is not valid YAML", offset: error.pos[0] };
  }
  const fault = faultInTree(document.contents, maxDepth, version === "1.1");
  if (fault !== undefined) return { ok: false, ...fault };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { ok: true, value, offsetOf: (path) => offsetInTree(document.contents, path) };
  } catch {
    return { ok: false, reason: "aliases are unknown or expand too often", offset: 0 };
  }
}

/** About how many tokens the text has: what the package's time and memory grow with. */
function tokens(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x2c || code === 0x3a || code === 0x2d || code === 0x3f || code === 0x23) count++;
    else if (code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d || code === 0x21 || code === 0x26)
      count++;
  }
  return count;
}

interface Fault {
  readonly reason: string;
  readonly offset: number;
}

/** Nesting beyond the bound, a key twice in one mapping, an alias inside the value that it names. */
function faultInTree(root: unknown, maxDepth: number, allowsKeysTwice: boolean): Fault | undefined {
  const { isAlias, isCollection, isPair, isScalar } = library();
  const pending: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }];
  const anchored = new Map<string, Yaml.Node>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    if (isAlias(node)) {
      const target = anchored.get(node.source);
      const at = node.range?.[0] ?? 0;
      if (target?.range && at >= target.range[0] && at < target.range[2]) {
        return { reason: "an alias stands inside the value that it names", offset: at };
      }
    }
    if (!isCollection(node)) continue;
    if (node.anchor !== undefined) anchored.set(node.anchor, node as Yaml.Node);
    if (depth >= maxDepth) return { reason: "the document is nested too deeply", offset: node.range?.[0] ?? 0 };
    const keys = new Set<unknown>();
    for (const item of node.items.toReversed()) {
      pending.push({ node: isPair(item) ? item.value : item, depth: depth + 1 });
    }
    for (const item of node.items) {
      if (!isPair(item) || !isScalar(item.key)) continue;
      const key = item.key.value;
      if (keys.has(key) && key !== "<<" && !allowsKeysTwice) {
        return { reason: "a key stands twice in one mapping", offset: item.key.range?.[0] ?? 0 };
      }
      keys.add(key);
    }
  }
  return undefined;
}

/** Where the deepest part of `path` that exists begins: a member at its key, an item at its value. */
function offsetInTree(root: unknown, path: FieldPath): number {
  const { isCollection, isMap, isScalar } = library();
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isCollection(node) && typeof step === "number" && node.items[step] !== undefined) {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const { isAlias, isCollection, isScalar } = library();
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}
