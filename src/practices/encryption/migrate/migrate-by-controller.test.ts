import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectKube, type Kube, Secrets } from "../../../kernel/kube/index.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { migrateByController } from "./migrate-by-controller.ts";

let plane: ControlPlane;
let kube: Kube;
before(async () => {
  plane = await startControlPlane({
    extraArgs: {
      "kube-apiserver": [
        "--feature-gates=StorageVersionMigrator=true",
        "--runtime-config=storagemigration.k8s.io/v1beta1=true",
      ],
      "kube-controller-manager": ["--feature-gates=StorageVersionMigrator=true"],
    },
  });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

test("the cluster's own controller writes the objects, is waited for, and nothing of the request stays", async () => {
  await kube
    .namespaced(Secrets, "default")
    .create({ metadata: { name: "db" }, data: { password: Secret.fromText("not-real") } });
  const { signal } = new AbortController();
  const { succeeded, message } = await migrateByController(kube, Secrets, { millis: 240_000, signal });
  assert.ok(succeeded, message);
  const path = "/apis/storagemigration.k8s.io/v1beta1/storageversionmigrations";
  const { body } = await kube.transport.request({ what: "list migrations", path });
  assert.deepEqual((JSON.parse(body.toString()) as { items: unknown[] }).items, []);
});
