import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Metrics } from "./metrics.ts";

test("counters, gauges and histograms are rendered as Prometheus reads them", async () => {
  const metrics = new Metrics();
  const reads = metrics.counter({ name: "kustody_store_reads_total", help: "reads", labels: ["store"] });
  reads.add({ store: "vault" });
  reads.add({ store: "vault" }, 2);
  const ready = metrics.gauge({ name: "kustody_ready", help: "ready", labels: [] });
  ready.set({}, 1);
  const took = metrics.histogram({ name: "kustody_read_seconds", help: "took", labels: ["store"], buckets: [0.1, 1] });
  took.observe({ store: 'a"b\n' }, 0.5);
  const { contentType, text } = await metrics.render();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^kustody_store_reads_total\{store="vault"\} 3$/m);
  assert.match(text, /^kustody_ready 1$/m);
  assert.match(text, /^kustody_read_seconds_bucket\{le="0\.1",store="a\\"b\\n"\} 0$/m);
  assert.match(text, /^kustody_read_seconds_bucket\{le="1",store="a\\"b\\n"\} 1$/m);
});

test("two programs' metrics don't mix", async () => {
  const spec = { name: "kustody_a_total", help: "a", labels: [] } as const;
  const one = new Metrics();
  const two = new Metrics();
  one.counter(spec).add({});
  two.counter(spec);
  assert.match((await one.render()).text, /^kustody_a_total 1$/m);
  assert.match((await two.render()).text, /^kustody_a_total 0$/m);
});

test("names outside the rules are refused", () => {
  const metrics = new Metrics();
  const spec = (name: string) => ({ name, help: "x", labels: [] });
  assert.throws(() => metrics.counter(spec("kustody_reads")), RangeError);
  assert.throws(() => metrics.counter(spec("reads_total")), RangeError);
  assert.throws(() => metrics.gauge(spec("kustody_reads_total")), RangeError);
  assert.throws(() => metrics.histogram(spec("kustody_read_millis")), RangeError);
});

test("label sets above the bound count together as other, a removed one gives its place back", async () => {
  const metrics = new Metrics();
  const gauge = metrics.gauge({ name: "kustody_age", help: "age", labels: ["name"], maxLabelSets: 2 });
  for (const name of ["a", "b", "c", "d"]) gauge.set({ name }, 1);
  let { text } = await metrics.render();
  assert.match(text, /^kustody_age\{name="other"\} 1$/m);
  assert.doesNotMatch(text, /name="c"/);
  assert.match(text, /^kustody_metrics_label_sets_dropped_total\{metric="kustody_age"\} 2$/m);

  gauge.remove({ name: "a" });
  gauge.remove({ name: "never seen" });
  gauge.set({ name: "c" }, 1);
  ({ text } = await metrics.render());
  assert.match(text, /name="c"/);
  assert.doesNotMatch(text, /name="a"/);
});

test("process metrics are there when asked for, and don't keep a program alive", () => {
  const url = new URL("./metrics.ts", import.meta.url).href;
  const program = `const { Metrics } = await import(${JSON.stringify(url)});
    console.log((await new Metrics({ process: true }).render()).text);`;
  const text = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 30_000,
  });
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
});
