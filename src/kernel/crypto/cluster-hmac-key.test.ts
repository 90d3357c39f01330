import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../lab/index.ts";
import { connectKube, type Kube, Secrets } from "../kube/index.ts";
import { kubeSecretRecord } from "../kube/kube-secret-record.ts";
import { Secret } from "../secret/secret.ts";
import { clusterHmacKey } from "./cluster-hmac-key.ts";

let plane: ControlPlane;
let kube: Kube;

before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

const record = (name: string) => kubeSecretRecord(kube, { namespace: "default", name, fieldManager: "kustody" });

test("replicas that start at once get one key, and so does a later one", async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => clusterHmacKey(record("shared"))));
  keys.push(await clusterHmacKey(record("shared")));
  const value = Secret.fromText("hunter2");
  const fingerprints = new Set(keys.map((key) => value.fingerprint(key).toString("hex")));
  assert.equal(fingerprints.size, 1);
  assert.notDeepEqual(value.fingerprint(await clusterHmacKey(record("other"))).toString("hex"), [...fingerprints][0]);
});

for (const [name, data] of Object.entries({ short: { "hmac.key": Secret.fromText("canary") }, absent: {} })) {
  test(`a key that is ${name} is refused and left as it is`, async () => {
    await record(name).write(data, undefined);
    await assert.rejects(clusterHmacKey(record(name)), { code: "KST_HMAC_KEY_INVALID", message: /^(?!.*canary)/ });
    const kept = await kube.namespaced(Secrets, "default").get(name);
    assert.deepEqual(Object.keys(kept.data ?? {}), Object.keys(data));
  });
}
