import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { ExternalSecrets } from "../../practices/managers/model/resources.ts";
import { OperatorProcesses } from "./testing/operator-processes.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

const COUNT = 200;
let rig: OperatorRig;
let processes: OperatorProcesses;
before(async () => {
  rig = await OperatorRig.start();
  processes = new OperatorProcesses(rig.plane.kubeconfig);
});
after(async () => {
  processes?.kill();
  await rig?.[Symbol.asyncDispose]();
});

const readyCount = async (): Promise<number> =>
  (await rig.kube.allNamespaces(ExternalSecrets).list()).items.filter(({ status }) =>
    status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
  ).length;
const secretNames = async (): Promise<Set<string>> =>
  new Set((await rig.kube.namespaced(Secrets, "default").metadata().list()).items.map(({ metadata }) => metadata.name));

test("killed in the middle of a wave, again and again: nothing is lost, nothing deleted, and all are Ready in the end", async () => {
  await rig.secretStore("default", "fake", fake({ k: "value" }));
  const more = { target: { deletionPolicy: "Delete" } };
  for (let n = 0; n < COUNT; n++) await rig.externalSecret("default", `es-${n}`, wants("fake", { k: "k" }, more));
  let made = new Set<string>();
  let kills = 0;
  for (const share of [0.2, 0.5, 0.8]) {
    const child = processes.start();
    await rig.until(`${share} are Ready`, async () => (await readyCount()) >= COUNT * share);
    child.kill("SIGKILL");
    await once(child, "exit");
    kills += 1;
    const now = await secretNames();
    for (const name of made) assert.ok(now.has(name), `${name} is gone`);
    made = now;
  }
  assert.equal(kills, 3);
  const last = processes.start();
  await rig.until("all are Ready", async () => (await readyCount()) === COUNT);
  await rig.externalSecret("default", "later", wants("fake", { k: "k" }));
  await rig.ready("default", "later");
  last.kill("SIGTERM");
  const [code] = (await once(last, "exit")) as [number | null];
  assert.equal(code, 0);
  for (let n = 0; n < COUNT; n += 20) assert.deepEqual(await rig.values("default", `es-${n}`), { k: "value" });
  assert.equal((await secretNames()).size, COUNT + 1);
});
