const OTHER = "other";
const MAX_VALUE_LENGTH = 128;

/** Keeps the number of label sets of one metric within a bound: each set costs memory here and in Prometheus for good. */
export class LabelBound<L extends string> {
  readonly #labels: readonly L[];
  readonly #max: number;
  readonly #onDrop: () => void;
  readonly #known = new Set<string>();

  constructor(labels: readonly L[], max: number, onDrop: () => void) {
    this.#labels = labels;
    this.#max = max;
    this.#onDrop = onDrop;
  }

  /** The labels to count under: those given, or `other` throughout once the bound is reached. */
  admit(labels: Readonly<Record<L, string>>): Record<L, string> {
    const cut = this.#map((label) => labels[label].slice(0, MAX_VALUE_LENGTH));
    const key = this.#key(cut);
    if (this.#known.has(key)) return cut;
    if (this.#known.size >= this.#max) {
      this.#onDrop();
      return this.#map(() => OTHER);
    }
    this.#known.add(key);
    return cut;
  }

  /** Gives a set's place back; false where it never had one. */
  forget(labels: Readonly<Record<L, string>>): boolean {
    return this.#known.delete(this.#key(this.#map((label) => labels[label].slice(0, MAX_VALUE_LENGTH))));
  }

  #map(value: (label: L) => string): Record<L, string> {
    return Object.fromEntries(this.#labels.map((label) => [label, value(label)])) as Record<L, string>;
  }

  #key(labels: Readonly<Record<L, string>>): string {
    return JSON.stringify(this.#labels.map((label) => labels[label]));
  }
}
