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
