/** Upper bounds in seconds: from a cache's answer to the slowest call that is waited for. */
const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];

interface Series {
  /** How many fell into each bucket alone; the last is beyond all bounds. */
  readonly counts: number[];
  sum: number;
}

/** Durations by label set, as Prometheus text. Label sets are few and made by the program: providers and outcomes. */
export class SecondsHistogram {
  readonly #name: string;
  readonly #help: string;
  readonly #series = new Map<string, Series>();

  /** `name` ends in `_seconds`. */
  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  /** `labels` as in the text: `status="success"`. */
  observe(labels: string, millis: number): void {
    let series = this.#series.get(labels);
    if (series === undefined) {
      this.#series.set(labels, (series = { counts: [0, ...BOUNDS.map(() => 0)], sum: 0 }));
    }
    const seconds = millis / 1000;
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = index === -1 ? BOUNDS.length : index;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  /** Buckets are cumulative, as the format wants them. */
  *render(): Generator<string> {
    yield `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} histogram\n`;
    for (const [labels, { counts, sum }] of this.#series) {
      let below = 0;
      for (const [index, count] of counts.entries()) {
        below += count;
        yield `${this.#name}_bucket{${labels},le="${BOUNDS[index] ?? "+Inf"}"} ${below}\n`;
      }
      yield `${this.#name}_sum{${labels}} ${sum}\n${this.#name}_count{${labels}} ${below}\n`;
    }
  }
}
