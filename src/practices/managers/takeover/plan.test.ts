import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyObject } from "../../../kernel/kube/object/resources.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import { GUARD_OBJECTS } from "./guard.ts";
import type { EsoTraces } from "./model.ts";
import { describeChange, planTakeover } from "./plan.ts";
import { syncStatus } from "./sync-status.ts";

const NOW = Date.parse("2026-11-24T08:00:00Z");

function traces(some: Partial<EsoTraces>): EsoTraces {
  const none = { deployments: [], pods: [], leases: [], definitions: [], webhooks: [], guards: [] };
  return { ...none, externalSecrets: [], stores: [], others: {}, now: NOW, ...some };
}

function deployment(spec: { replicas?: number; args?: string[] }, status = {}): AnyObject {
  const { args = ["--concurrent=1"], ...rest } = spec;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "eso", namespace: "eso", labels: { "helm.sh/chart": "external-secrets-1.3.1" } },
    spec: { ...rest, template: { spec: { containers: [{ args }] } } },
    status,
  };
}

function pod(phase: string): AnyObject {
  const metadata = { name: "eso-1", namespace: "eso" };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ args: [] }] }, status: { phase } };
}

function lease(renewTime: string, holderIdentity = "eso-1_a") {
  const metadata = { name: "external-secrets-controller", namespace: "eso" };
  const spec = { holderIdentity, renewTime, leaseDurationSeconds: 15 };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
}

function definition(name: string, metadata: Partial<AnyObject["metadata"]>, strategy = "None"): AnyObject {
  const spec = { group: "external-secrets.io", conversion: { strategy } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, resourceVersion: "7", ...metadata },
    spec,
  };
}

const HELMS = {
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: { "meta.helm.sh/release-name": "external-secrets", "meta.helm.sh/release-namespace": "eso" },
};
const WEBHOOK: AnyObject = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "secretstore-validate", uid: "u1" },
};

const RUNS: Record<string, [Partial<EsoTraces>, boolean]> = {
  "a Deployment without a number of replicas": [{ deployments: [deployment({})] }, true],
  "a Deployment scaled to zero": [{ deployments: [deployment({ replicas: 0 })] }, false],
  "a Deployment scaled to zero whose pods are still there": [
    { deployments: [deployment({ replicas: 0 }, { replicas: 1 })] },
    true,
  ],
  "its webhook server alone": [{ deployments: [deployment({ replicas: 1, args: ["webhook", "--port=1"] })] }, false],
  "its certificate controller alone": [{ deployments: [deployment({ replicas: 1, args: ["certcontroller"] })] }, false],
  "a pending pod": [{ pods: [pod("Pending")] }, true],
  "a pod that ended": [{ pods: [pod("Succeeded")] }, false],
  "a lease that lives": [{ leases: [lease("2026-11-24T07:59:50.000000Z")] }, true],
  "a lease that ran out": [{ leases: [lease("2026-11-24T07:59:40.000000Z")] }, false],
  "a lease that was given back": [{ leases: [lease("2026-11-24T07:59:59.000000Z", "")] }, false],
  "another class as a flag": [{ deployments: [deployment({ args: ["--controller-class=other"] })] }, false],
  "another class as two arguments": [{ deployments: [deployment({ args: ["--controller-class", "other"] })] }, false],
  "nothing at all": [{}, false],
};

for (const [what, [some, runs]] of Object.entries(RUNS)) {
  test(`${what} ${runs ? "is in the way" : "is not in the way"}`, () => {
    assert.equal(planTakeover(traces(some), "default").obstacles.length, runs ? 1 : 0);
  });
}

test("another class can be taken over: then that one is in the way", () => {
  const some = traces({ deployments: [deployment({ args: ["--controller-class=other"] })] });
  assert.deepEqual(planTakeover(some, "other").obstacles, [
    'Deployment eso/eso runs with the controller class "other"',
  ]);
});

test("the steps come in the order in which nothing can be lost, and say what they do", () => {
  const definitions = [definition("externalsecrets.external-secrets.io", HELMS, "Webhook"), definition("a.b", {})];
  const { changes, advice } = planTakeover(traces({ definitions, webhooks: [WEBHOOK] }), "default");
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["guard", "guard", "keep-definition", "keep-definition", "stop-conversion", "delete-webhook"],
  );
  assert.match(changes.map(describeChange).join("\n"), /no longer of Helm release eso\/external-secrets/);
  assert.equal(advice.length, 1);
});

test("what is done already is not in the plan, though the API server added defaults", () => {
  const guards = GUARD_OBJECTS.map((object) => ({ ...object, spec: { ...(object["spec"] as object), added: 1 } }));
  const annotations = { "helm.sh/resource-policy": "keep", "kustody.dev/taken-from": "eso/external-secrets" };
  const definitions = [definition("externalsecrets.external-secrets.io", { annotations })];
  const plan = planTakeover(traces({ definitions, guards, deployments: [deployment({ replicas: 0 })] }), "default");
  assert.deepEqual(plan.changes, []);
  assert.match(plan.advice[0] ?? "", /helm upgrade external-secrets .* --version 1\.3\.1 -n eso --reuse-values/);
  const altered = guards.map((object) => ({ ...object, spec: { validationActions: ["Warn"] } }));
  assert.equal(planTakeover(traces({ guards: altered }), "default").changes.length, 2, "a weakened guard is mended");
});

test("with another class still running, its webhooks and conversion stay, but definitions are kept", () => {
  const some = traces({
    deployments: [deployment({ args: ["--controller-class=other"] })],
    definitions: [definition("externalsecrets.external-secrets.io", HELMS, "Webhook")],
    webhooks: [WEBHOOK],
  });
  const kinds = planTakeover(some, "default").changes.map(({ kind }) => kind);
  assert.deepEqual(kinds, ["guard", "guard", "keep-definition"]);
});

test("everything that will not be as it was is reported", () => {
  const meta = { namespace: "shop", name: "db" };
  const base = { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: meta };
  const data = [{ secretKey: "a", remoteRef: { key: "k" } }];
  const store = { apiVersion: "external-secrets.io/v1", kind: "SecretStore", metadata: meta };
  const { differences } = planTakeover(
    traces({
      externalSecrets: [
        { ...base, spec: { secretStoreRef: { name: "s" }, data } },
        { ...base, spec: { data, syncWindows: { kind: "deny", windows: [] } } },
        {
          ...base,
          spec: { secretStoreRef: { name: "s" }, data: [{ secretKey: "a/b", remoteRef: {} }] },
        } as ExternalSecret,
      ],
      stores: [
        { ...store, spec: { provider: { vault: {} } } },
        { ...store, spec: { provider: { onepasswordSDK: {} } } },
        // It used the operator's own rights, as any store may upstream.
        { ...store, spec: { provider: { aws: { service: "SecretsManager", region: "eu-west-1" } } } },
        { ...store, spec: { controller: "other", provider: { vault: {} } } },
        { ...store, spec: undefined } as unknown as SecretStore,
      ],
      others: { "pushsecrets.external-secrets.io": 2, "fakes.generators.external-secrets.io": 0 },
    }),
    "default",
  );
  const told = differences.map(({ subject, what }) => `${subject}: ${what}`);
  for (const wanted of [
    /^pushsecrets\.external-secrets\.io: 2 objects/,
    /^SecretStore shop\/db: provider onepasswordSDK is not supported yet/,
    /^SecretStore shop\/db: provider\.aws cannot be used: auth names neither .*: its ExternalSecrets keep/,
    /^SecretStore shop\/db: belongs to the controller class "other"/,
    /^SecretStore shop\/db: provider none/,
    /^ExternalSecret shop\/db: spec\.syncWindows is not supported yet/,
    /^ExternalSecret shop\/db: cannot be carried out: spec\.data/,
  ]) {
    assert.ok(
      told.some((line) => wanted.test(line)),
      `${String(wanted)} in ${told.join("\n")}`,
    );
  }
  assert.ok(!told.some((line) => line.includes("generators")));
});

test("the status counts each kind and names what is not ready", () => {
  const object = (name: string, ready?: string) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { namespace: "shop", name },
    spec: {},
    ...(ready === undefined
      ? {}
      : { status: { conditions: [{ type: "Ready", status: ready, reason: "Because", message: "why" }] } }),
  });
  const status = syncStatus(traces({ externalSecrets: [object("a", "True"), object("b", "False"), object("c")] }));
  assert.deepEqual(status.counts.at(-1), { kind: "ExternalSecret", ready: 1, failed: 1, waiting: 1 });
  assert.deepEqual(status.failures, [{ subject: "ExternalSecret shop/b", reason: "Because", message: "why" }]);
});
