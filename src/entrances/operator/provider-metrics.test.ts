import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../kernel/observe/clock.ts";
import { openFakeStore } from "../../kernel/stores/fake/fake-store.ts";
import type { Store } from "../../kernel/stores/store.ts";
import { createProviderMetrics } from "./provider-metrics.ts";
import { SecondsHistogram } from "./seconds-histogram.ts";

const { signal } = new AbortController();

test("a measured store answers as before, counts each key by its outcome, and can do no more than it could", async () => {
  const metrics = createProviderMetrics(systemClock);
  const { read, validate, remove, close } = openFakeStore({ data: [{ key: "k", value: "v" }] }) as Required<Store>;
  const store = metrics.measured("vault", { read, validate, remove, close });
  const refs = [{ key: "k" }, { key: "gone" }];
  const [found, missing] = [...(await store.read(refs, new Map(), signal)).values()];
  assert.ok(typeof found === "object" && "value" in found);
  assert.ok(typeof missing === "object" && "error" in missing);
  assert.equal(await store.validate(signal), undefined);
  assert.deepEqual(["write" in store, "remove" in store], [false, true]);
  const text = [...metrics.render()].join("");
  const call = 'externalsecret_provider_api_calls_count{call="ReadSecretData",provider="HashiCorp/Vault",status=';
  for (const status of ["success", "error"]) assert.ok(text.includes(`${call}"${status}"} 1\n`), text);
  assert.match(text, /\{call="LookupSelf",provider="HashiCorp\/Vault",status="success"\} 1/);
  assert.match(text, /kustody_store_read_duration_seconds_count\{provider="HashiCorp\/Vault",status="success"\} 1/);
  await store.close();
});

test("buckets are cumulative, and what is slower than all of them counts in the last", () => {
  const histogram = new SecondsHistogram("x_seconds", "x");
  for (const millis of [0.5, 1, 40, 90_000]) histogram.observe('a="b"', millis);
  const text = [...histogram.render()].join("");
  for (const [bound, count] of [
    ["0.001", 2],
    ["0.01", 2],
    ["0.05", 3],
    ["60", 3],
    ["+Inf", 4],
  ] as const) {
    assert.ok(text.includes(`x_seconds_bucket{a="b",le="${bound}"} ${count}\n`), text);
  }
  assert.match(text, /x_seconds_count\{a="b"\} 4\n/);
  assert.match(text, /x_seconds_sum\{a="b"\} 90\.0415\n/);
});
