import { isAscii } from "node:buffer";

/**
 * Finds which of many words occur in bytes, whatever their case, in one pass (Aho and Corasick 1975): a table with
 * the next state for each state and class of bytes.
 */
export class KeywordIndex {
  readonly #classOf = new Uint8Array(256);
  readonly #classes: number;
  readonly #next: Int32Array;
  /** For each state (times the number of classes, as everywhere) where its list of words begins in #words, or 0. */
  readonly #listOf: Int32Array;
  readonly #words: number[] = [-1];
  /** Which words were found so far; all 0 between calls. */
  readonly #found: Uint8Array;

  /** `words` in lower case. */
  constructor(words: readonly string[]) {
    const bytes = words.map((word) => Buffer.from(word));
    this.#classes = this.#classify(bytes);
    this.#found = new Uint8Array(words.length);
    const trie = new Trie(this.#classes, 1 + bytes.reduce((sum, { length }) => sum + length, 0));
    for (const [index, word] of bytes.entries()) trie.add(word, this.#classOf, index);
    this.#next = trie.link();
    this.#listOf = new Int32Array(trie.size * this.#classes);
    for (let state = 0; state < trie.size; state++) {
      const list = trie.wordsAt(state);
      if (list.length === 0) continue;
      this.#listOf[state * this.#classes] = this.#words.length;
      this.#words.push(...list, -1);
    }
  }

  /** The numbers of the words that occur, in the order of the list of words. */
  find(given: Buffer): readonly number[] {
    const bytes = isAscii(given) ? given : withAsciiCases(given);
    const list: number[] = [];
    const found = this.#found;
    const next = this.#next;
    const listOf = this.#listOf;
    const classOf = this.#classOf;
    const words = this.#words;
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[state + (classOf[bytes[at] as number] as number)] as number;
      let place = listOf[state] as number;
      if (place === 0) continue;
      for (let word = words[place] as number; word >= 0; word = words[++place] as number) {
        if (found[word] === 1) continue;
        found[word] = 1;
        list.push(word);
      }
    }
    for (const word of list) found[word] = 0;
    return list.sort((a, b) => a - b);
  }

  /**
   * Tells of each occurrence between `from` and `to`: the word's number, and the place of its last byte. Letters beyond ASCII
   * whose small form is ASCII are not looked through.
   */
  visit(bytes: Buffer, from: number, to: number, found: (word: number, at: number) => void): void {
    const next = this.#next;
    const listOf = this.#listOf;
    const classOf = this.#classOf;
    const words = this.#words;
    let state = 0;
    for (let at = from; at < to; at++) {
      state = next[state + (classOf[bytes[at] as number] as number)] as number;
      let list = listOf[state] as number;
      if (list !== 0) for (let word = words[list] as number; word >= 0; word = words[++list] as number) found(word, at);
    }
  }

  /** Class 0 is all that no word holds. Both cases of a letter are one class. */
  #classify(words: readonly Buffer[]): number {
    let classes = 1;
    for (const word of words) {
      for (const byte of word) {
        if (this.#classOf[byte] !== 0) continue;
        this.#classOf[byte] = classes;
        if (byte >= 0x61 && byte <= 0x7a) this.#classOf[byte - 0x20] = classes;
        classes += 1;
      }
    }
    return classes;
  }
}

/** The two letters beyond ASCII whose small form is ASCII: the Kelvin sign, and I with a dot. */
const FOREIGN_CASES = [
  { bytes: Buffer.from("\u212a"), small: "k" },
  { bytes: Buffer.from("\u0130"), small: "i" },
];

function withAsciiCases(bytes: Buffer): Buffer {
  let folded = bytes;
  for (const { bytes: letter, small } of FOREIGN_CASES) {
    if (folded.includes(letter))
      folded = Buffer.from(folded.toString("latin1").replaceAll(letter.toString("latin1"), small), "latin1");
  }
  return folded;
}

/**
 * A tree of words, a row of edges for each state: where the next byte's class leads, as the place of that state's row. Built
 * at each start, so rows are copied as a whole, and only edges that there are are walked.
 */
class Trie {
  readonly #classes: number;
  readonly #edges: Int32Array;
  readonly #words: (number[] | undefined)[] = [undefined];
  /** For each state the latest that was added below it, the one that was added before beside it, and its class. */
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #class: Int32Array;

  /** `states` is the largest number of them: one more than the words have bytes. */
  constructor(classes: number, states: number) {
    this.#classes = classes;
    this.#edges = new Int32Array(states * classes);
    this.#child = new Int32Array(states);
    this.#sibling = new Int32Array(states);
    this.#class = new Int32Array(states);
  }

  get size(): number {
    return this.#words.length;
  }

  wordsAt(state: number): readonly number[] {
    return this.#words[state] ?? [];
  }

  add(word: Buffer, classOf: Uint8Array, index: number): void {
    let state = 0;
    for (let at = 0; at < word.length; at++) {
      const one = classOf[word[at] as number] as number;
      const row = this.#edges[state * this.#classes + one] as number;
      state = row === 0 ? this.#grow(state, one) : row / this.#classes;
    }
    (this.#words[state] ??= []).push(index);
  }

  /** Breadth first, fills every missing edge with that of the longest proper ending. Afterwards nothing can be added. */
  link(): Int32Array {
    const classes = this.#classes;
    const next = this.#edges;
    const endings = new Int32Array(this.size);
    const queue = new Int32Array(this.size);
    for (let head = 0, tail = 1; head < tail; head++) {
      const state = queue[head] as number;
      const row = state * classes;
      const ending = endings[state] as number;
      if (state !== 0) {
        next.copyWithin(row, ending * classes, ending * classes + classes);
        const words = this.#words[ending];
        if (words !== undefined) (this.#words[state] ??= []).push(...words);
      }
      for (let child = this.#child[state] as number; child !== 0; child = this.#sibling[child] as number) {
        const edge = row + (this.#class[child] as number);
        endings[child] = state === 0 ? 0 : (next[edge] as number) / classes;
        next[edge] = child * classes;
        queue[tail++] = child;
      }
    }
    return next.subarray(0, this.size * classes);
  }

  #grow(parent: number, one: number): number {
    const state = this.#words.push(undefined) - 1;
    this.#edges[parent * this.#classes + one] = state * this.#classes;
    this.#sibling[state] = this.#child[parent] as number;
    this.#child[parent] = state;
    this.#class[state] = one;
    return state;
  }
}
