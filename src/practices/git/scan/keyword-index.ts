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
  readonly #count: number;

  /** `words` in lower case. */
  constructor(words: readonly string[]) {
    const bytes = words.map((word) => Buffer.from(word));
    this.#classes = this.#classify(bytes);
    this.#count = words.length;
    const trie = new Trie(this.#classes);
    bytes.forEach((word, index) =>
      trie.add(
        Array.from(word, (byte) => this.#classOf[byte] ?? 0),
        index,
      ),
    );
    this.#next = trie.link();
    this.#listOf = new Int32Array(trie.size * this.#classes);
    for (let state = 0; state < trie.size; state++) {
      const list = trie.wordsAt(state);
      if (list.length === 0) continue;
      this.#listOf[state * this.#classes] = this.#words.length;
      this.#words.push(...list, -1);
    }
  }

  /** Marks in a list as long as the list of words, 1 for each that occurs. */
  find(given: Buffer): Uint8Array {
    const bytes = withAsciiCases(given);
    const found = new Uint8Array(this.#count);
    const next = this.#next;
    const listOf = this.#listOf;
    const classOf = this.#classOf;
    const words = this.#words;
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[state + (classOf[bytes[at] as number] as number)] as number;
      let list = listOf[state] as number;
      if (list !== 0) for (let word = words[list] as number; word >= 0; word = words[++list] as number) found[word] = 1;
    }
    return found;
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

class Trie {
  readonly #classes: number;
  readonly #edges: number[] = [];
  readonly #words: number[][] = [];

  constructor(classes: number) {
    this.#classes = classes;
    this.#grow();
  }

  get size(): number {
    return this.#words.length;
  }

  wordsAt(state: number): readonly number[] {
    return this.#words[state] ?? [];
  }

  add(word: readonly number[], index: number): void {
    let state = 0;
    for (const one of word) {
      const edge = state * this.#classes + one;
      if ((this.#edges[edge] ?? 0) === 0) this.#edges[edge] = this.#grow();
      state = this.#edges[edge] ?? 0;
    }
    this.#words[state]?.push(index);
  }

  /** Breadth first, fills every missing edge with that of the longest proper ending; entries are states times classes. */
  link(): Int32Array {
    const classes = this.#classes;
    const next = new Int32Array(this.size * classes);
    const endings = new Int32Array(this.size);
    const queue = [0];
    for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
      const ending = endings[state] ?? 0;
      if (state !== 0) this.#words[state]?.push(...(this.#words[ending] ?? []));
      for (let one = 0; one < classes; one++) {
        const child = this.#edges[state * classes + one] ?? 0;
        const byEnding = state === 0 ? 0 : (next[ending * classes + one] ?? 0);
        next[state * classes + one] = child === 0 ? byEnding : child * classes;
        if (child === 0) continue;
        endings[child] = state === 0 ? 0 : byEnding / classes;
        queue.push(child);
      }
    }
    return next;
  }

  #grow(): number {
    this.#words.push([]);
    for (let one = 0; one < this.#classes; one++) this.#edges.push(0);
    return this.#words.length - 1;
  }
}
