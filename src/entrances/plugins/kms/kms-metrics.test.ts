import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { kmsMetrics } from "./kms-metrics.ts";

test("alerts ask only for metrics and labels that there are", async () => {
  const kms = kmsMetrics();
  kms.key("k");
  kms.requests.add({ method: "Decrypt", status: "OK" });
  const { text } = await kms.metrics.render();
  const alerts = readFileSync(new URL("../../../../deploy/alerts/kustody-kms.yaml", import.meta.url), "utf8");
  const asked = new Set(alerts.match(/\bkustody_kms_\w+/g));
  assert.ok(asked.size >= 5);
  for (const name of asked) assert.match(text, new RegExp(`^# TYPE ${name} `, "m"), name);
  assert.match(text, /^kustody_kms_requests_total\{method="Decrypt",status="OK"\} 1$/m);
});

test("another key id takes the place of the one before", async () => {
  const kms = kmsMetrics();
  kms.key("one");
  kms.key("two");
  const { text } = await kms.metrics.render();
  assert.equal(text.match(/^kustody_kms_key_info\{/gm)?.length, 1);
});
