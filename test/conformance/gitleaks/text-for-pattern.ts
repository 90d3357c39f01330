import { parseRegexp } from "../../../src/kernel/regexp/parse-regexp.ts";
import type { RegexpNode } from "../../../src/kernel/regexp/regexp-node.ts";

/** Gives the next whole number below `below`. */
export type Random = (below: number) => number;

/** A repeatable stream of numbers (the linear congruence of Numerical Recipes). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A text that `pattern` should match, made by walking the pattern; what its places ask for is not looked at. */
export function textForPattern(pattern: string, random: Random): string {
  return textFor(parseRegexp(pattern).node, random);
}

const ASCII = Array.from({ length: 128 }, (_, code) => code);

function textFor(node: RegexpNode, random: Random): string {
  switch (node.kind) {
    case "char": {
      const codes = ASCII.filter(node.test);
      const visible = codes.filter((code) => code > 0x20 && code < 0x7f);
      const from = visible.length > 0 && random(8) > 0 ? visible : codes;
      return String.fromCharCode(from[random(from.length)] ?? 0x78);
    }
    case "assert":
      return "";
    case "sequence":
      return node.parts.map((part) => textFor(part, random)).join("");
    case "choice":
      return textFor(node.options[random(node.options.length)] ?? { kind: "sequence", parts: [] }, random);
    case "group":
      return textFor(node.node, random);
    default: {
      const most = Math.min(node.max, node.min + 6);
      const count = node.min + random(most - node.min + 1);
      return Array.from({ length: count }, () => textFor(node.node, random)).join("");
    }
  }
}
