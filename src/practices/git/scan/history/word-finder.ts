import { decodeText } from "../decode/decode-text.ts";
import { KeywordIndex } from "../keyword-index.ts";
import { textOfBytes } from "../text-of-bytes.ts";
import type { Around, HistoryRules } from "./history-rules.ts";
import type { LineList } from "./line-list.ts";

/** What is told of a line: whether a word of a near rule, or of a far one, stands in it, plain or encoded. */
export const NEAR = 1;
export const FAR = 2;
/** Something in the line can be decoded. */
export const ENCODED = 4;

/** Words of manifests whose structure tells values; the first two only beside "kind", or else they would be everywhere. */
const BESIDE_KIND = ["secret", "configmap"];
const MANIFEST_WORDS = [...BESIDE_KIND, "containers", "argoproj.io", "fluxcd.io", "cattle.io", "kustomize.config"];
const KIND = /kind/i;
/** In UTF-8 the letters whose small forms are ASCII: the Kelvin sign, and I with a dot. */
const ODD_LETTERS = [Buffer.from("\u212a"), Buffer.from("\u0130")];

/** What a line with the bit FAR asks for. */
export interface FarReach {
  /** How far around it to look; 0: not for the sake of a rule. */
  readonly bytes: number;
  /** The places of the rules that it concerns, among the far ones. */
  readonly rules: ReadonlySet<number>;
  readonly isEncoded: boolean;
  readonly isManifest: boolean;
}

/** Finds lines with words of rules. */
export class WordFinder {
  readonly #index: KeywordIndex;
  readonly #bits: Uint8Array;
  readonly #around: readonly (Around | undefined)[];
  /** Of each word: 1 where it tells of a manifest, 2 where it does so beside "kind". */
  readonly #manifest: Uint8Array;
  readonly #everyLine: number;
  readonly #depth: number;

  constructor({ words, everyLine, structural: { rules } }: HistoryRules, maxDecodeDepth: number) {
    const structural = rules.length > 0;
    const list = [...new Set([...words.keys(), ...(structural ? MANIFEST_WORDS : [])])];
    this.#index = new KeywordIndex(list);
    this.#bits = Uint8Array.from(list, (word) => {
      const around = words.get(word);
      return (around?.isNear === true ? NEAR : 0) | (around?.isFar === true ? FAR : 0);
    });
    this.#around = list.map((word) => words.get(word));
    this.#manifest = Uint8Array.from(list, (word) =>
      !structural || !MANIFEST_WORDS.includes(word) ? 0 : BESIDE_KIND.includes(word) ? 2 : 1,
    );
    this.#everyLine = everyLine ? NEAR : 0;
    this.#depth = maxDecodeDepth;
  }

  /** Sets the flags of the lines `first` to `last` (not itself), which follow each other in `bytes`. */
  flag(bytes: Buffer, lines: LineList, first: number, last: number): void {
    const from = lines.starts[first] as number;
    const to = lines.ends[last - 1] as number;
    let line = first;
    const { ends, flags } = lines;
    if (this.#everyLine !== 0) flags.fill(this.#everyLine, first, last);
    this.#index.visit(bytes, from, to, (word, at) => {
      while (at >= (ends[line] as number)) line += 1;
      flags[line] = (flags[line] as number) | (this.#bits[word] as number);
      const manifest = this.#manifest[word] as number;
      if (manifest === 1 || (manifest === 2 && this.#isKind(bytes, lines, line)))
        flags[line] = (flags[line] as number) | FAR;
    });
    const piece = bytes.subarray(from, to);
    if (ODD_LETTERS.some((letter) => piece.includes(letter)))
      for (let one = first; one < last; one++) flags[one] = (flags[one] as number) | NEAR;
    if (this.#depth > 0) this.#flagEncoded(bytes, lines, first, last);
  }

  /** Looks at a line with the bit FAR again. */
  reachOf(line: Buffer): FarReach {
    let bytes = 0;
    let isEncoded = false;
    const rules = new Set<number>();
    let isManifest = false;
    const look = (text: Buffer): void =>
      this.#index.visit(text, 0, text.length, (word) => {
        const around = this.#around[word];
        if (around?.isFar === true) {
          bytes = Math.max(bytes, around.bytes);
          for (const rule of around.rules) rules.add(rule);
        }
        const manifest = this.#manifest[word] as number;
        if (manifest > 0) isManifest ||= manifest === 1 || KIND.test(text.toString("latin1"));
      });
    look(line);
    for (const decoded of this.#decoded(textOfBytes(line).text)) {
      look(Buffer.from(decoded));
      isEncoded = true;
    }
    return { bytes, rules, isEncoded, isManifest };
  }

  #isKind(bytes: Buffer, { starts, ends }: LineList, line: number): boolean {
    const end = Math.min(ends[line] as number, (starts[line] as number) + 4096);
    return KIND.test(bytes.toString("latin1", starts[line], end));
  }

  #flagEncoded(bytes: Buffer, lines: LineList, first: number, last: number): void {
    const from = lines.starts[first] as number;
    const text = bytes.toString("latin1", from, lines.ends[last - 1]);
    let line = first;
    let done = -1;
    for (const { encoded } of decodeText(text, []).segments) {
      while (encoded.start + from >= (lines.ends[line] as number)) line += 1;
      if (line === done) continue;
      done = line;
      lines.flags[line] = (lines.flags[line] as number) | ENCODED;
      const own = textOfBytes(bytes.subarray(lines.starts[line], lines.ends[line])).text;
      for (const decoded of this.#decoded(own)) {
        for (const word of this.#index.find(Buffer.from(decoded)))
          lines.flags[line] = (lines.flags[line] as number) | (this.#bits[word] as number);
      }
    }
  }

  /** A text with more and more layers of encoding taken off. */
  *#decoded(text: string): Generator<string> {
    let { text: current, segments } = decodeText(text, []);
    for (let depth = 1; segments.length > 0 && depth <= this.#depth; depth++) {
      yield current;
      ({ text: current, segments } = decodeText(current, segments));
    }
  }
}
