import process from "node:process";
import type { ReadThrough } from "../../kernel/stores/read-through/read-through.ts";

/** What the read-through saved and spent, as Prometheus text. */
export function readMetrics(reads: ReadThrough | undefined): string {
  if (reads === undefined) return "";
  const { asked, fromMemory, sent, batches, unchanged, bytes, identities } = reads.counts();
  const counter = (name: string, help: string, value: number): string =>
    `# HELP kustody_store_${name} ${help}\n# TYPE kustody_store_${name} ${name.endsWith("_total") ? "counter" : "gauge"}\nkustody_store_${name} ${value}\n`;
  return [
    counter("asked_total", "Keys that objects asked for", asked),
    counter("answered_from_memory_total", "Keys answered without a call", fromMemory),
    counter("reads_total", "Keys that stores were asked for", sent),
    counter("batches_total", "Calls that carried them", batches),
    counter("unchanged_total", "Keys whose version had not changed", unchanged),
    counter("cached_bytes", "Bytes of values in memory", bytes),
    counter("identities", "Identities with open stores", identities),
  ].join("");
}

/** The process's own memory, under Prometheus' usual names, and how many calls of the API server may be under way. */
export function processMetrics(apiCallsLimit: number): string {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const gauge = (name: string, value: number): string => `# TYPE ${name} gauge\n${name} ${value}\n`;
  return [
    gauge("kustody_api_calls_limit", apiCallsLimit),
    gauge("process_resident_memory_bytes", rss),
    gauge("nodejs_heap_size_used_bytes", heapUsed),
    gauge("nodejs_heap_size_total_bytes", heapTotal),
    gauge("nodejs_external_memory_bytes", external),
  ].join("");
}
