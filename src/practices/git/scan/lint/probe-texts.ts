import { parseRegexp } from "../../../../kernel/regexp/parse-regexp.ts";
import type { RegexpNode } from "../../../../kernel/regexp/regexp-node.ts";

const LENGTH = 32_000;
/** What is repeated less often than this can't be slow by itself. */
const MANY = 100;
const CODES = Array.from({ length: 95 }, (_, index) => 0x20 + index);

/**
 * Texts on which an engine that backtracks may try a pattern in very many ways: for each thing that it takes many of, that
 * many times, behind what the pattern begins with, and then an end that doesn't match. Pure.
 */
export function probeTexts(pattern: string): readonly string[] {
  const { node } = parseRegexp(pattern);
  const begin = textOf(node);
  const pumped = [...repeated(node)].map(textOf).filter((text) => text !== "");
  return [...new Set(pumped)].flatMap((text) => {
    const many = text.repeat(Math.ceil(LENGTH / text.length));
    return [`${many}\0`, `${begin}${many}\0`];
  });
}

function* repeated(node: RegexpNode): Generator<RegexpNode> {
  switch (node.kind) {
    case "sequence":
      for (const part of node.parts) yield* repeated(part);
      return;
    case "choice":
      for (const option of node.options) yield* repeated(option);
      return;
    case "group":
      yield* repeated(node.node);
      return;
    case "repeat":
      if (node.max >= MANY) yield node.node;
      yield* repeated(node.node);
      return;
    default:
  }
}

/** A short text that a node matches, its places aside. */
function textOf(node: RegexpNode): string {
  switch (node.kind) {
    case "char":
      return String.fromCharCode(CODES.findLast((code) => node.test(code)) ?? 0x0a);
    case "sequence":
      return node.parts.map(textOf).join("");
    case "choice":
      return textOf(node.options[0] ?? { kind: "sequence", parts: [] });
    case "group":
      return textOf(node.node);
    case "repeat":
      return textOf(node.node).repeat(Math.min(node.min, MANY));
    default:
      return "";
  }
}
