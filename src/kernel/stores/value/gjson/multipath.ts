import { quoteGoJson } from "../go-json.ts";
import { type JsonNode, parseJson, rawOf } from "../json-node.ts";
import type { Get, Step } from "./modifier.ts";

interface Selector {
  /** As written before a colon; empty for none. */
  readonly name: string;
  readonly path: string;
}

/** `[path,path]` or `{name:path,path}` at the beginning of a path: the results together. Undefined when it is none. */
export function applyMultipath(node: JsonNode | undefined, path: string, get: Get): Step | undefined {
  const parsed = parseSelectors(path);
  if (parsed === undefined || !/^(?:[.|]|$)/.test(parsed.rest)) return undefined;
  const isObject = path.startsWith("{");
  const parts: Buffer[] = [];
  for (const { name, path: selected } of parsed.selectors) {
    const found = get(node, selected);
    if (found === undefined) continue;
    if (parts.length > 0) parts.push(Buffer.from(","));
    if (isObject) parts.push(nameFor(name, selected), Buffer.from(":"));
    parts.push(rawOf(found));
  }
  const json = Buffer.concat([Buffer.from(isObject ? "{" : "["), ...parts, Buffer.from(isObject ? "}" : "]")]);
  return { json, rest: parsed.rest };
}

function parseSelectors(path: string): { selectors: Selector[]; rest: string } | undefined {
  const selectors: Selector[] = [];
  let depth = 1;
  let start = 1;
  let colon = 0;
  let inModifier = false;
  const push = (end: number): void => {
    const name = colon === 0 ? "" : path.slice(start, colon);
    selectors.push({ name, path: path.slice(colon === 0 ? start : colon + 1, end) });
    colon = 0;
    inModifier = false;
    start = end + 1;
  };
  for (let at = 1; at < path.length; at++) {
    const char = path[at] as string;
    if (char === "\\") at += 1;
    else if (char === "@") inModifier ||= path[at - 1] === "." || path[at - 1] === "|";
    else if (char === ":" && depth === 1 && colon === 0 && !inModifier) colon = at;
    else if (char === "," && depth === 1) push(at);
    else if (char === '"') {
      for (at += 1; at < path.length && path[at] !== '"'; at++) if (path[at] === "\\") at += 1;
    } else if ("[({".includes(char)) depth += 1;
    else if ("])}".includes(char) && --depth === 0) {
      push(at);
      return { selectors, rest: path.slice(at + 1) };
    }
  }
  return undefined;
}

/** The name of a result: the given one, else the last component of its path, else `_`. */
function nameFor(name: string, path: string): Buffer {
  const bytes = Buffer.from(name, "latin1");
  if (name.startsWith('"') && parseJson(bytes) !== undefined) return bytes;
  if (name !== "") return quoteGoJson(bytes, true);
  let last = path;
  for (let at = path.length - 1; at >= 0; at--) {
    if ((path[at] === "|" || path[at] === ".") && path[at - 1] !== "\\") {
      last = path.slice(at + 1);
      break;
    }
  }
  const isSimple = Array.from(last).every((char) => char >= " " && !"[]{}()#|!".includes(char));
  return quoteGoJson(Buffer.from(isSimple ? last : "_", "latin1"), true);
}
