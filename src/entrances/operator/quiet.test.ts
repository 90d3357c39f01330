import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Secrets } from "../../kernel/kube/index.ts";
import { ExternalSecrets } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

/** More than one page of a list. */
const COUNT = 600;
const numbers = Array.from({ length: COUNT }, (_, n) => n);
let rig: OperatorRig;
before(async () => {
  rig = await OperatorRig.start();
});
after(() => rig?.[Symbol.asyncDispose]());

async function versions(): Promise<string> {
  const lists = [
    await rig.kube.allNamespaces(ExternalSecrets).list(),
    await rig.kube.namespaced(Secrets, "default").metadata().list(),
  ];
  return lists
    .flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`))
    .sort()
    .join("\n");
}

test("a flood of new objects becomes Ready, and a quiet cluster stays as it is, through refreshes and a restart", async () => {
  const stop = await rig.operator();
  await rig.secretStore("default", "fake", fake(Object.fromEntries(numbers.map((n) => [`k${n}`, `v${n}`]))));
  const more = { refreshInterval: "1s" };
  await Promise.all(
    numbers.map((n) => rig.externalSecret("default", `es-${n}`, wants("fake", { k: `k${n % 50}` }, more))),
  );
  for (const n of numbers) await rig.ready("default", `es-${n}`);
  assert.deepEqual(await rig.values("default", "es-599"), { k: "v49" });
  const before = await versions();
  assert.equal(before.split("\n").length, 2 * COUNT);
  await sleep(3_000);
  assert.equal(await versions(), before);
  await stop();
  await rig.operator();
  await rig.externalSecret("default", "later", wants("fake", { k: "k0" }));
  await rig.ready("default", "later");
  await sleep(2_000);
  const after = (await versions()).split("\n").filter((line) => !line.includes(" later "));
  assert.equal(after.join("\n"), before);
});
