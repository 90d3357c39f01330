import type { CharTest } from "./character-class.ts";

/** A regular expression as a tree. */
export type RegexpNode =
  | { readonly kind: "char"; readonly test: CharTest; readonly set: CharSet }
  | { readonly kind: "assert"; readonly holds: Assertion; readonly place: Place }
  | { readonly kind: "sequence"; readonly parts: readonly RegexpNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexpNode[] }
  | {
      readonly kind: "repeat";
      readonly node: RegexpNode;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: "group"; readonly node: RegexpNode; readonly index: number };

/** The characters that a node takes, in words that another engine understands. */
export interface CharSet {
  /** The one character, where there is only one (and perhaps its other cases). */
  readonly literal?: number;
  readonly ignoreCase: boolean;
  /** One element of a JavaScript class with the flag `v`, such as `a-z` or `\p{Lu}`, in brackets where it needs them. */
  readonly source: string;
}

/** A condition on a place: the characters before and behind it, undefined at the ends of the text. */
export type Assertion = (before: number | undefined, behind: number | undefined) => boolean;

/** The name of such a condition. */
export type Place = "text start" | "text end" | "line start" | "line end" | "word edge" | "no word edge";
