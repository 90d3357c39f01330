import { formatGoFloat } from "../go-number.ts";
import { type JsonNode, parseJson, parseJsonLines, rawOf, unescapeJson } from "../json-node.ts";
import { balancedPrefix } from "./balanced.ts";
import { globMatch } from "./glob-match.ts";
import { applyModifier, type Step } from "./modifier.ts";
import { applyMultipath } from "./multipath.ts";
import { type ItemComponent, itemComponent, memberComponent } from "./path-component.ts";
import { queryMatches } from "./query-match.ts";

const DEEPEST_PATH = 200;
const LONGEST_PATH = 4_096;

/**
 * What a gjson path finds in a JSON value, as text bytes: strings without quotes and escapes, objects and arrays as they
 * stand there, numbers with an exponent or a point in Go's shortest form, nothing for null. Undefined when it finds nothing.
 *
 * Written from https://github.com/tidwall/gjson/blob/master/SYNTAX.md and compared with that implementation
 * (test/conformance/gjson), from which it differs on purpose in two things: `@pretty` finds nothing, and a text is never
 * searched for brackets (gjson takes `@tostr.0` apart as if the text were the array that it was made from).
 *
 * @example
 * getPath(parseJson(Buffer.from('{"users":[{"n":"a"},{"n":"b"}]}')), "users.#.n") // ["a","b"]
 */
export function getPath(root: JsonNode, path: string): Buffer | undefined {
  if (path.length > LONGEST_PATH) return undefined;
  const found = get(root, Buffer.from(path).toString("latin1"), 0);
  return found === undefined ? undefined : textOf(found);
}

function textOf(node: JsonNode): Buffer {
  switch (node.kind) {
    case "null":
      return Buffer.alloc(0);
    case "string":
      return unescapeJson(rawOf(node));
    case "number": {
      const text = rawOf(node).toString("latin1");
      return Buffer.from(/^-?[0-9]*$/.test(text) ? text : formatGoFloat(Number(text)));
    }
    default:
      return Buffer.from(rawOf(node));
  }
}

/** What a search has so far: gjson goes on looking behind a find that came from "all that match". */
interface Search {
  found: JsonNode | undefined;
  piped: string | undefined;
  readonly depth: number;
}

function get(node: JsonNode | undefined, path: string, depth: number): JsonNode | undefined {
  if (depth > DEEPEST_PATH) return undefined;
  const again = (from: JsonNode | undefined, rest: string) => get(from, rest, depth + 1);
  const step = firstStep(node, path, again);
  if (step !== undefined) {
    const next = parseJson(step.json);
    return step.rest.startsWith(".") || step.rest.startsWith("|") ? again(next, step.rest.slice(1)) : next;
  }
  const search: Search = { found: undefined, piped: undefined, depth };
  if (path.startsWith("..")) searchItems(node === undefined ? [] : linesOf(node), path.slice(2), search);
  else if (node?.kind === "object") searchMembers(node, path, search);
  else if (node?.kind === "array") searchItems(node.items, path, search);
  return search.piped === undefined ? search.found : again(search.found, search.piped);
}

/** A modifier, literal or multipath at the beginning of a path. */
function firstStep(
  node: JsonNode | undefined,
  path: string,
  again: (from: JsonNode | undefined, rest: string) => JsonNode | undefined,
): Step | undefined {
  if (path.length < 2) return undefined;
  if (path.startsWith("@")) return applyModifier(node, path, again);
  if (path.startsWith("!")) return literal(path.slice(1));
  return path.startsWith("[") || path.startsWith("{") ? applyMultipath(node, path, again) : undefined;
}

/** `!"text"`, `!7`, `!true`: a value that stands in the path. */
function literal(text: string): Step | undefined {
  const word = /^[{["]/.test(text)
    ? balancedPrefix(text)
    : (/^(?:true|false|null)(?=[.|]|$)/i.exec(text)?.[0] ?? /^[+-]?[0-9][0-9.eE+-]*/.exec(text)?.[0]);
  if (word === undefined) return undefined;
  return { json: Buffer.from(word, "latin1"), rest: text.slice(word.length) };
}

function linesOf(node: JsonNode): readonly JsonNode[] {
  return parseJsonLines(rawOf(node)) ?? [];
}

/** Sets `search.found` and returns true at the first member whose whole path leads somewhere. */
function searchMembers(node: JsonNode, path: string, search: Search): boolean {
  const { name, isPattern, inside, piped } = memberComponent(path);
  if (piped !== undefined) search.piped = piped;
  for (const member of node.members) {
    if (isPattern ? !globMatch(member.name, name) : member.name !== name) continue;
    if (inside === undefined) {
      search.found = member.value;
      return true;
    }
    if (searchInside(member.value, inside, search)) return true;
  }
  return false;
}

function searchInside(node: JsonNode, path: string, search: Search): boolean {
  if (node.kind === "object") return searchMembers(node, path, search);
  return node.kind === "array" && searchItems(node.items, path, search);
}

function searchItems(items: readonly JsonNode[], path: string, search: Search): boolean {
  const component = itemComponent(path);
  if (component.piped !== undefined) search.piped = component.piped;
  switch (component.kind) {
    case "index": {
      const item = items[component.index];
      if (item === undefined) return false;
      if (component.inside !== undefined) return searchInside(item, component.inside, search);
      search.found = item;
      return true;
    }
    case "count":
      search.found = parseJson(Buffer.from(String(items.length)));
      return true;
    case "each":
      search.found = collect(items, splitPipe(component.path, search), search.depth);
      return true;
    case "query":
      return searchQuery(items, component, search);
    default:
      return false;
  }
}

function collect(items: readonly JsonNode[], path: string, depth: number): JsonNode | undefined {
  const found = items.map((item) => get(item, path, depth + 1)).filter((node) => node !== undefined);
  return arrayOf(found);
}

function searchQuery(
  items: readonly JsonNode[],
  component: ItemComponent & { kind: "query" },
  search: Search,
): boolean {
  const { query, all } = component;
  const inside = component.inside === undefined ? undefined : { path: component.inside };
  const matches: JsonNode[] = [];
  for (const item of items) {
    const isJson = item.kind === "object" || item.kind === "array";
    if (!isJson && query.path !== "") continue;
    const subject = isJson ? get(item, query.path, search.depth + 1) : item;
    if (!queryMatches(query, subject)) continue;
    if (inside !== undefined) inside.path = splitPipe(inside.path, search);
    const found = inside === undefined ? item : get(item, inside.path, search.depth + 1);
    if (!all) {
      search.found = found;
      return true;
    }
    if (found !== undefined) matches.push(found);
  }
  // Not a hit: members and elements further on may still give one.
  if (all) search.found ??= arrayOf(matches);
  return false;
}

function arrayOf(nodes: readonly JsonNode[]): JsonNode | undefined {
  const parts = nodes.flatMap((node, n) => (n === 0 ? [rawOf(node)] : [Buffer.from(","), rawOf(node)]));
  return parseJson(Buffer.concat([Buffer.from("["), ...parts, Buffer.from("]")]));
}

/** Behind `#`, what comes after a pipe works on the whole list: it is moved from the path to `search`. */
function splitPipe(path: string, search: Search): string {
  const at = pipeIn(path);
  if (at === undefined) return path;
  search.piped = path.slice(at + 1);
  return path.slice(0, at);
}

function pipeIn(path: string): number | undefined {
  if (path.startsWith("{")) {
    const end = balancedPrefix(path).length;
    return path[end] === "|" ? end : undefined;
  }
  for (let at = 0; at < path.length; at++) {
    if (path[at] === "\\") at += 1;
    else if (path[at] === "|") return at;
    else if (path.startsWith(".#", at)) {
      // gjson does not look at the character behind `.#`, so a pipe right there belongs to the path.
      at += 2;
      if (path[at] === "(" || path[at] === "[") at += balancedPrefix(path.slice(at)).length - 1;
    }
  }
  return undefined;
}
