import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.operator({ listen: "127.0.0.1:0" });
  await rig.secretStore("default", "fake", fake({ k: "value" }));
});
after(() => rig?.[Symbol.asyncDispose]());

test("a provider's calls, its reads' durations and the syncs' are counted by outcome", async () => {
  await rig.externalSecret("default", "one", wants("fake", { a: "k", b: "k" }));
  await rig.externalSecret("default", "lost", wants("fake", { a: "gone" }));
  await rig.ready("default", "one");
  await rig.ready("default", "lost", { status: "False" });
  await rig.storeReady("default", "fake");
  const text = await rig.metrics();
  const calls = (status: string): number =>
    Number(text.match(new RegExp(`call="GetSecret",provider="Fake",status="${status}"\\} (\\d+)`))?.[1] ?? 0);
  assert.equal(calls("success"), 1);
  assert.ok(calls("error") >= 1);
  assert.match(text, /externalsecret_provider_api_calls_count\{call="Validate",provider="Fake",status="success"\}/);
  assert.match(text, /kustody_sync_duration_seconds_count\{status="success"\} 1\n/);
  assert.match(text, /kustody_sync_duration_seconds_count\{status="error"\} [1-9]/);
  assert.match(text, /kustody_store_read_duration_seconds_bucket\{provider="Fake",status="success",le="\+Inf"\} 1\n/);
  assert.match(text, /externalsecret_sync_calls_total\{name="one",namespace="default"\} 1\n/);
});

test("with extended labels each metric carries its object's recommended ones, as upstream's do", async () => {
  await using extended = await OperatorRig.start();
  await extended.operator({ listen: "127.0.0.1:0", extendedMetricLabels: true });
  await extended.secretStore("default", "fake", fake({ k: "value" }));
  const labels = { "app.kubernetes.io/name": "shop", "app.kubernetes.io/part-of": "market", other: "no" };
  await extended.externalSecret("default", "one", wants("fake", { a: "k" }), { labels });
  await extended.ready("default", "one");
  await extended.storeReady("default", "fake");
  const text = await extended.metrics();
  const rest = 'app_kubernetes_io_managed_by=""';
  const six = `app_kubernetes_io_name="shop",app_kubernetes_io_instance="",app_kubernetes_io_version="",app_kubernetes_io_component="",app_kubernetes_io_part_of="market",${rest}`;
  assert.ok(text.includes(`externalsecret_sync_calls_total{name="one",namespace="default",${six}} 1\n`), text);
  const condition = `{name="one",namespace="default",${six},condition="Ready",status="True"} 1\n`;
  assert.ok(text.includes(`externalsecret_status_condition${condition}`), text);
  assert.match(text, /\nsecretstore_status_condition\{name="fake",namespace="default",app_kubernetes_io_name="",/);
  assert.doesNotMatch(await rig.metrics(), /app_kubernetes_io/);
});
