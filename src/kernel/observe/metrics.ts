import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { LabelBound } from "./label-bound.ts";

export type Labels<L extends string> = Readonly<Record<L, string>>;

export interface CounterMetric<L extends string> {
  add(labels: Labels<L>, by?: number): void;
}
export interface GaugeMetric<L extends string> {
  set(labels: Labels<L>, value: number): void;
  /** Forgets one label set, such as that of a deleted object. */
  remove(labels: Labels<L>): void;
}
export interface HistogramMetric<L extends string> {
  observe(labels: Labels<L>, value: number): void;
}

export interface MetricSpec<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  /** How many label sets are kept apart; further ones count together as `other`. Default 500. */
  readonly maxLabelSets?: number;
}

/** Upper bounds in seconds: from a cache's answer to the slowest call that is waited for. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];
const OVERFLOW = "kustody_metrics_label_sets_dropped_total";

/**
 * The metrics of one program, made by hand and passed on: there is no global registry.
 * Names begin with `kustody_`; a counter ends in `_total`, a histogram in its unit, `_seconds` or `_bytes`. What the
 * process itself is measured by keeps Prometheus' usual names (`process_…`, `nodejs_…`).
 *
 * @example
 * const metrics = new Metrics();
 * const reads = metrics.counter({ name: "kustody_store_reads_total", help: "reads of a store", labels: ["store"] });
 * reads.add({ store: "vault" });
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #dropped: Counter<"metric">;

  constructor(options: { readonly process?: boolean } = {}) {
    this.#dropped = new Counter({
      name: OVERFLOW,
      help: "observations whose labels were replaced by other, since a metric has too many label sets",
      labelNames: ["metric"],
      registers: [this.#registry],
    });
    if (options.process === true) collectDefaultMetrics({ register: this.#registry });
  }

  counter<L extends string>(spec: MetricSpec<L>): CounterMetric<L> {
    const counter = new Counter({ ...this.#checked(spec, /_total$/), registers: [this.#registry] });
    const bound = this.#bound(spec);
    return { add: (labels, by = 1) => counter.inc(bound.admit(labels), by) };
  }

  gauge<L extends string>(spec: MetricSpec<L>): GaugeMetric<L> {
    const gauge = new Gauge({ ...this.#checked(spec, /(?<!_total)$/), registers: [this.#registry] });
    const bound = this.#bound(spec);
    return {
      set: (labels, value) => gauge.set(bound.admit(labels), value),
      remove: (labels) => {
        if (bound.forget(labels)) gauge.remove(labels);
      },
    };
  }

  /** `buckets` are upper bounds in the unit of the name, ascending. */
  histogram<L extends string>(spec: MetricSpec<L> & { readonly buckets?: readonly number[] }): HistogramMetric<L> {
    const histogram = new Histogram({
      ...this.#checked(spec, /_(seconds|bytes)$/),
      buckets: [...(spec.buckets ?? SECONDS)],
      registers: [this.#registry],
    });
    const bound = this.#bound(spec);
    return { observe: (labels, value) => histogram.observe(bound.admit(labels), value) };
  }

  /** The text exposition format and its media type. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #bound<L extends string>(spec: MetricSpec<L>): LabelBound<L> {
    return new LabelBound<L>(spec.labels, spec.maxLabelSets ?? 500, () => this.#dropped.inc({ metric: spec.name }));
  }

  #checked<L extends string>(spec: MetricSpec<L>, ending: RegExp): { name: string; help: string; labelNames: L[] } {
    if (!/^kustody_[a-z][a-z0-9_]*$/.test(spec.name) || !ending.test(spec.name)) {
      throw new RangeError(`${spec.name} breaks the naming rules of metrics (${ending.source})`);
    }
    return { name: spec.name, help: spec.help, labelNames: [...spec.labels] };
  }
}
