import type { CharTest } from "./character-class.ts";

/** A regular expression as a tree. */
export type RegexpNode =
  | { readonly kind: "char"; readonly test: CharTest }
  | { readonly kind: "assert"; readonly holds: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly RegexpNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexpNode[] }
  | { readonly kind: "repeat"; readonly node: RegexpNode; readonly min: number; readonly max: number };

/** A condition on a place: the characters before and behind it, undefined at the ends of the text. */
export type Assertion = (before: number | undefined, behind: number | undefined) => boolean;
