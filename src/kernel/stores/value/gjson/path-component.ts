/**
 * The first component of a gjson path, and what follows it. Paths are byte strings. A path is written
 * `component.component|component`: after a dot the search goes on inside, after a pipe it begins anew on the result, which
 * differs only behind `#`.
 */
export interface Rest {
  /** What follows a dot. */
  readonly inside: string | undefined;
  /** What follows a pipe, or a dot before a modifier or multipath. */
  readonly piped: string | undefined;
}

export interface MemberComponent extends Rest {
  readonly name: string;
  readonly isPattern: boolean;
}

export const MODIFIERS: ReadonlySet<string> = new Set(
  "pretty ugly reverse this flatten join valid keys values tostr fromstr group dig".split(" "),
);

/** What follows the separator at `at`. */
function restAfter(path: string, at: number, dotPipes: boolean): Rest {
  const after = path.slice(at + 1);
  if (path[at] === "|") return { inside: undefined, piped: after };
  if (dotPipes && beginsAnew(after)) return { inside: undefined, piped: after };
  return { inside: after, piped: undefined };
}

/** Whether a component after a dot is a modifier or a multipath, which work on the result as a whole. */
function beginsAnew(path: string): boolean {
  if (path.startsWith("[") || path.startsWith("{")) return true;
  return path.startsWith("@") && MODIFIERS.has(/^@([^.|:]*)/.exec(path)?.[1] ?? "");
}

/** A component for an object: a name, in which `\` takes the next character as it is, and `*` and `?` make a pattern. */
export function memberComponent(path: string): MemberComponent {
  let name = "";
  let isPattern = false;
  for (let at = 0; at < path.length; at++) {
    const char = path[at] as string;
    if (char === "." || char === "|") return { name, isPattern, ...restAfter(path, at, true) };
    if (char === "\\") {
      at += 1;
      name += path[at] ?? "";
      continue;
    }
    if (char === "*" || char === "?") isPattern = true;
    name += char;
  }
  return { name, isPattern, inside: undefined, piped: undefined };
}

export interface Query {
  /** What is looked for in each element; empty for the element itself. */
  readonly path: string;
  readonly operator: "" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "%" | "!%";
  readonly value: string;
}

export type ItemComponent = Rest &
  (
    | { readonly kind: "index"; readonly index: number }
    | { readonly kind: "count" }
    | { readonly kind: "each"; readonly path: string }
    | { readonly kind: "query"; readonly query: Query; readonly all: boolean }
    | { readonly kind: "none" }
  );

/** A component for an array: an index, `#` for the count, `#.path` for each element, `#(…)` for the first, `#(…)#` for all that match. */
export function itemComponent(path: string): ItemComponent {
  if (path.startsWith("#.")) {
    return { kind: "each", path: path.slice(2), inside: undefined, piped: undefined };
  }
  const isQuery = path.startsWith("#(") || path.startsWith("#[");
  const parsed = isQuery ? parseQuery(path) : undefined;
  // A query without an end is a query for anything.
  if (isQuery && parsed === undefined) {
    return {
      kind: "query",
      query: { path: "", operator: "", value: "" },
      all: false,
      inside: undefined,
      piped: undefined,
    };
  }
  const from = parsed?.end ?? 0;
  const end = from + path.slice(from).search(/[.|]|$/);
  const part = path.slice(0, end);
  const hasHash = part.includes("#");
  const rest = end < path.length ? restAfter(path, end, !hasHash) : { inside: undefined, piped: undefined };
  if (parsed !== undefined) return { kind: "query", query: parsed.query, all: path[from] === "#", ...rest };
  if (part === "#") return { kind: "count", ...rest };
  return /^[0-9]{1,15}$/.test(part) ? { kind: "index", index: Number(part), ...rest } : { kind: "none", ...rest };
}

/** `#(path operator value)`, and where it ends. Undefined when the bracket isn't closed. */
function parseQuery(text: string): { query: Query; end: number } | undefined {
  let valueAt = 0;
  let depth = 1;
  let hasEscape = false;
  let at = 2;
  for (; at < text.length; at++) {
    const char = text[at] as string;
    if (depth === 1 && valueAt === 0 && "!=<>%".includes(char)) {
      valueAt = at;
      continue;
    }
    if (char === "\\") at += 1;
    else if (char === "(" || char === "[") depth += 1;
    else if (char === ")" || char === "]") {
      depth -= 1;
      if (depth === 0) break;
    } else if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\") {
          hasEscape = true;
          at += 1;
        }
      }
    }
  }
  if (depth > 0) return undefined;
  if (valueAt === 0) return { query: { path: trim(text.slice(2, at)), operator: "", value: "" }, end: at + 1 };
  const [, operator = "", value = ""] = /^(!=|!%|<=|>=|==|[!=<>%]?)([^]*)$/.exec(trim(text.slice(valueAt, at))) ?? [];
  const query = {
    path: trim(text.slice(2, valueAt)),
    operator: (operator === "==" ? "=" : operator) as Query["operator"],
    value: unquote(trim(value), hasEscape),
  };
  return { query, end: at + 1 };
}

function trim(text: string): string {
  return text.replace(/^[\0- ]+|[\0- ]+$/g, "");
}

function unquote(value: string, hasEscape: boolean): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const inner = value.slice(1, -1);
  return hasEscape ? unescapeText(inner) : inner;
}

/** JSON's escapes in a byte string; an unknown escape ends the text, as in gjson. */
function unescapeText(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char < " ") return out;
    if (char !== "\\") {
      out += char;
      continue;
    }
    const letter = text[++at] ?? "";
    const simple = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" }[letter];
    if (simple !== undefined) out += simple;
    else if (letter === "u" && /^[0-9a-fA-F]{4}/.test(text.slice(at + 1))) {
      const code = Number.parseInt(text.slice(at + 1, at + 5), 16);
      out += Buffer.from(String.fromCharCode(code)).toString("latin1");
      at += 4;
    } else return out;
  }
  return out;
}
