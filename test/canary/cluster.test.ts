import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { connectKube, type Kube, Namespaces, Pods, Secrets } from "../../src/kernel/kube/index.ts";
import { Secret } from "../../src/kernel/secret/secret.ts";
import { type ControlPlane, startControlPlane } from "../../src/lab/index.ts";
import { leaksIn, newCanary } from "./canary.ts";
import { runKustody } from "./run-kustody.ts";

const canaries = { data: newCanary("data"), applied: newCanary("applied"), env: newCanary("env") };
const all = Object.values(canaries);
let plane: ControlPlane;
let kube: Kube;

before(async () => {
  plane = await startControlPlane();
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  await kube.cluster(Namespaces).create({ metadata: { name: "shop" } });
  const applied = JSON.stringify({ kind: "Secret", stringData: { password: canaries.applied.value } });
  await kube.namespaced(Secrets, "shop").create(
    {
      metadata: { name: "db", annotations: { "kubectl.kubernetes.io/last-applied-configuration": applied } },
      data: { password: Secret.fromText(canaries.data.value) },
    },
    { fieldManager: "somebody" },
  );
  const env = [{ name: "DB_PASSWORD", value: canaries.env.value }];
  await kube.namespaced(Pods, "shop").create({
    metadata: { name: "web" },
    spec: { containers: [{ name: "web", image: "busybox", env }] },
  });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

for (const output of ["text", "json", "sarif", "junit"]) {
  test(`no canary leaks from the scorecard of a cluster, as ${output}`, async () => {
    const seen = await runKustody(["check", "--cluster", "--kubeconfig", plane.kubeconfig, "--output", output]);
    assert.equal(seen.code, 1, seen.stderr);
    assert.match(seen.stdout, /SecretUnmanaged/);
    for (const [where, text] of Object.entries(seen)) assert.deepEqual(leaksIn(String(text), all), [], where);
  });
}

test("no canary leaks from putting the example into a cluster that is there", async () => {
  const seen = await runKustody(["up", "--kubeconfig", plane.kubeconfig]);
  assert.equal(seen.code, 0, seen.stderr);
  assert.match(seen.stdout, /quickstart-bad/);
  const example = [{ label: "example", value: "quickstart-not-a-real-password" }];
  for (const text of [seen.stdout, seen.stderr, seen.processes]) {
    assert.deepEqual(leaksIn(text, all), []);
    assert.ok(!text.includes(example[0]?.value ?? ""), "the example's own password");
  }
});

test("no canary stands in an event, nor in what the servers logged", async () => {
  const { body } = await kube.transport.request({ what: "list events", path: "/apis/events.k8s.io/v1/events" });
  assert.deepEqual(leaksIn(body, all), []);
  for (const component of ["kube-apiserver", "kube-controller-manager"] as const) {
    assert.deepEqual(leaksIn(await readFile(plane.logs(component)), all), [], component);
  }
});
