import type { CharTest } from "./character-class.ts";
import type { RegexpNode } from "./regexp-node.ts";

/** `C{0,n}?` at the beginning of a pattern: up to `most` characters of a class, as few as possible. */
export interface LazyPrefix {
  readonly test: CharTest;
  readonly most: number;
}

/**
 * Takes a lazy prefix off a pattern, since V8's engine would try it at every place of a text. The leftmost match begins where
 * the first match of the rest does, moved left over the characters of the prefix:
 *
 * (1) let q be the first place where the rest matches; a place p before q is a match's beginning when all between is of C;
 * (2) a later place of the rest can't give an earlier beginning: either it is too far away, or something that is not of C
 *     stands in the way of q as well;
 * (3) lazy means that from p the first place of the rest is taken, which is q.
 */
export function takeLazyPrefix(node: RegexpNode, ascii: boolean): { prefix: LazyPrefix | undefined; rest: RegexpNode } {
  let prefix: (LazyPrefix & { source: string; ignoreCase: boolean }) | undefined;
  let rest = flatParts(node);
  for (;;) {
    const [first, ...others] = rest;
    if (first?.kind !== "repeat" || first.node.kind !== "char" || others.length === 0) break;
    if (!first.lazy || first.min !== 0 || !Number.isFinite(first.max)) break;
    const { test, set } = first.node;
    if (prefix !== undefined && !isSameClass(prefix, { test, ...set }, ascii)) break; // (2) needs one class
    prefix = { test, most: first.max + (prefix?.most ?? 0), source: set.source, ignoreCase: set.ignoreCase };
    rest = others.flatMap(flatParts);
  }
  return prefix === undefined ? { prefix, rest: node } : { prefix, rest: { kind: "sequence", parts: rest } };
}

function flatParts(node: RegexpNode): readonly RegexpNode[] {
  return node.kind === "sequence" ? node.parts.flatMap(flatParts) : [node];
}

interface Class {
  readonly test: CharTest;
  readonly source: string;
  readonly ignoreCase: boolean;
}

function isSameClass(a: Class, b: Class, ascii: boolean): boolean {
  if (a.source === b.source && a.ignoreCase === b.ignoreCase) return true;
  if (!ascii) return false;
  for (let code = 0; code <= 0x7f; code++) if (a.test(code) !== b.test(code)) return false;
  return true;
}

/** Where a match begins whose rest begins at `at`; never before `from`. */
export function beginWithPrefix(text: string, at: number, from: number, prefix: LazyPrefix | undefined): number {
  let begin = at;
  for (let count = 0; count < (prefix?.most ?? 0) && begin > from; count++) {
    let before = begin - 1;
    if (
      (text.charCodeAt(before) & 0xfc00) === 0xdc00 &&
      before > from &&
      (text.charCodeAt(before - 1) & 0xfc00) === 0xd800
    )
      before -= 1;
    if (prefix?.test(text.codePointAt(before) ?? 0) !== true) break;
    begin = before;
  }
  return begin;
}
