import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";

export interface YamlBounds {
  readonly maxBytes: number;
  /** Mappings and sequences inside one another. */
  readonly maxDepth: number;
  /** How many nodes aliases may expand to for each anchor: the "billion laughs" bound. */
  readonly maxAliases: number;
}

export type YamlResult =
  | {
      readonly ok: true;
      /** Plain objects, arrays and scalars of YAML 1.2's core schema. */
      readonly value: unknown;
      /** The line, from 1, where the key or element at `path` stands; undefined where the document has no such path. */
      lineOf(path: readonly (string | number)[]): number | undefined;
    }
  | { readonly ok: false; readonly line: number | undefined; readonly reason: string };

const BOUNDS: YamlBounds = { maxBytes: 1024 * 1024, maxDepth: 64, maxAliases: 100 };

/**
 * Reads one YAML (or JSON) document within bounds. A failure's reason never quotes the text, which may hold a secret.
 *
 * @example
 * const parsed = parseYaml("log:\n  level: debug\n");
 * if (parsed.ok) parsed.lineOf(["log", "level"]); // 2
 */
export function parseYaml(text: string, bounds: Partial<YamlBounds> = {}): YamlResult {
  const { maxBytes, maxDepth, maxAliases } = { ...BOUNDS, ...bounds };
  const failed = (reason: string, line?: number): YamlResult => ({ ok: false, line, reason });
  if (Buffer.byteLength(text) > maxBytes) return failed(`is larger than ${maxBytes} bytes`);

  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    return failed(
      `is not valid YAML (${error.code.toLowerCase().replaceAll("_", " ")})`,
      lines.linePos(error.pos[0]).line,
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch {
    return failed("uses more aliases than are allowed, or an alias without its anchor");
  }
  if (isDeeperThan(value, maxDepth)) return failed(`nests deeper than ${maxDepth} levels`);

  const lineOf = (path: readonly (string | number)[]): number | undefined => {
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
      : undefined;
    const node = pair?.key ?? document.getIn(path, true);
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
  };
  return { ok: true, value, lineOf };
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}
