import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFieldPath } from "../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { containersOf, podTemplateOf } from "./pod-template.ts";
import { secretUsesOf } from "./secret-uses.ts";
import { isMadeByWorkload, WORKLOAD_KINDS, type WorkloadKind } from "./workload-kinds.ts";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  spec: {
    initContainers: [
      { name: "init", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "env", key: "k", optional: true } } }] },
    ],
    containers: [
      { name: "main", envFrom: [{ configMapRef: { name: "c" } }, { prefix: "P_", secretRef: { name: "from" } }] },
    ],
    ephemeralContainers: [{ env: [{ name: "B", valueFrom: { secretKeyRef: { name: "late", key: "k" } } }] }],
    volumes: [
      { name: "a", secret: { secretName: "volume" } },
      { name: "b", projected: { sources: [{ configMap: { name: "c" } }, { secret: { name: "projected" } }] } },
      { name: "c", csi: { driver: "d", nodePublishSecretRef: { name: "csi" } } },
      { name: "d", azureFile: { secretName: "azure", shareName: "s" } },
      { name: "e", rbd: { secretRef: { name: "rbd" } } },
      { name: "f", emptyDir: {} },
    ],
    imagePullSecrets: [{ name: "pull" }, {}],
  },
};

test("every way to consume a Secret is found, with its path", () => {
  const template = podTemplateOf(pod, WORKLOAD_KINDS);
  assert.ok(template);
  assert.deepEqual(
    [...secretUsesOf(template)].map(({ way, secretName, path }) => `${way} ${secretName} ${formatFieldPath(path)}`),
    [
      "env env spec.initContainers[0].env[0]",
      "envFrom from spec.containers[0].envFrom[1]",
      "env late spec.ephemeralContainers[0].env[0]",
      "volume volume spec.volumes[0].secret",
      "projected projected spec.volumes[1].projected.sources[1].secret",
      "csi csi spec.volumes[2].csi.nodePublishSecretRef",
      "storage azure spec.volumes[3].azureFile",
      "storage rbd spec.volumes[4].rbd.secretRef",
      "imagePull pull spec.imagePullSecrets[0]",
    ],
  );
  assert.deepEqual(
    [...containersOf(template)].map(({ name }) => name),
    ["init", "main", "#1"],
  );
});

test("the template of each kind is found where the kind has it", () => {
  assert.ok(WORKLOAD_KINDS.length > 8);
  for (const { group, kind, template } of WORKLOAD_KINDS) {
    const spec = { containers: [] };
    const nested = [...template, "spec"].reduceRight<unknown>((inner, step) => ({ [step]: inner }), spec);
    const object = { ...(nested as object), apiVersion: group === "" ? "v1" : `${group}/v1`, kind };
    assert.equal(podTemplateOf(object, WORKLOAD_KINDS)?.spec, spec, kind);
  }
});

test("a custom kind with a pod template is found once it is configured", () => {
  const custom: WorkloadKind = { group: "example.dev", kind: "Farm", template: ["spec", "worker"] };
  const object = { apiVersion: "example.dev/v1", kind: "Farm", spec: { worker: { spec: { containers: [] } } } };
  assert.equal(podTemplateOf(object, WORKLOAD_KINDS), undefined);
  assert.ok(podTemplateOf(object, [...WORKLOAD_KINDS, custom]));
});

test("a kind of the same name in another group is another kind", () => {
  assert.equal(podTemplateOf({ ...pod, apiVersion: "example.dev/v1" }, WORKLOAD_KINDS), undefined);
});

test("only a controlling owner that has a pod template makes an object another's", () => {
  const owned = (owner: object): KubeObject => ({ ...pod, metadata: { ownerReferences: [owner] } });
  const replicaSet = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", controller: true };
  assert.ok(isMadeByWorkload(owned(replicaSet), WORKLOAD_KINDS));
  assert.ok(!isMadeByWorkload(owned({ ...replicaSet, controller: false }), WORKLOAD_KINDS));
  assert.ok(!isMadeByWorkload(owned({ ...replicaSet, apiVersion: "v1", kind: "Node" }), WORKLOAD_KINDS));
});
