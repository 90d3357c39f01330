import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import type { Difference } from "../../practices/managers/index.ts";
import { ExternalSecrets } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
  await rig.secretStore("default", "fake", fake({ a: "canary-value", b: "2" }));
  await rig.externalSecret("default", "one", wants("fake", { a: "a" }));
  await rig.externalSecret("default", "two", wants("fake", { b: "b" }));
});
after(() => rig?.[Symbol.asyncDispose]());

async function observe(): Promise<string[]> {
  const lines: string[] = [];
  const report = ({ kind, object, change }: Difference): void => {
    lines.push(`${kind} ${object} ${change}`);
  };
  const stop = await rig.operator({ observe: { once: true, report } });
  await stop.ended;
  return lines.sort();
}

test("observing tells what would be changed and changes nothing", async () => {
  const versions = async (): Promise<unknown> => [
    (await rig.kube.allNamespaces(ExternalSecrets).list()).items.map(({ metadata }) => metadata.resourceVersion),
    (await rig.kube.allNamespaces(Secrets).list()).items.map(({ metadata }) => metadata.name),
  ];
  const before = await versions();
  const lines = await observe();
  assert.deepEqual(await versions(), before);
  assert.ok(lines.includes("Secret default/one would be created with a"), lines.join("\n"));
  assert.ok(lines.includes("ExternalSecret default/two would get the finalizer"));
  assert.doesNotMatch(lines.join("\n") + rig.log.join("\n"), /canary-value/);
});

test("after a sync there is no difference, after tampering exactly that one", async () => {
  const stop = await rig.operator();
  await rig.ready("default", "one");
  await rig.ready("default", "two");
  await rig.storeReady("default", "fake");
  await stop();
  assert.deepEqual(await observe(), []);
  await rig.kube.namespaced(Secrets, "default").mergePatch("two", { data: { b: Secret.fromText("tampered") } });
  assert.deepEqual(await observe(), ["Secret default/two would be changed: b"]);
});
