import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../../../kernel/errors.ts";
import { ensureCrds } from "../../../kernel/kube/crd/ensure-crds.ts";
import {
  CustomResourceDefinitions,
  connectKube,
  Deployments,
  type Kube,
  Leases,
  Pods,
  Secrets,
  ValidatingAdmissionPolicies,
  ValidatingWebhookConfigurations,
} from "../../../kernel/kube/index.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { MANAGER_CRDS } from "../../../practices/managers/crds.ts";
import { applyTakeover, observeEso, planTakeover } from "../../../practices/managers/index.ts";
import { ExternalSecrets, SecretStores } from "../../../practices/managers/model/resources.ts";
import { type Helm, openHelm } from "../../chart/testing/helm.ts";
import { run } from "../run.ts";
import { esoChart } from "./testing/eso-chart.ts";

const CONVERTED = "clustersecretstores.external-secrets.io";

const opened = new AsyncDisposableStack();
let plane: ControlPlane;
let kube: Kube;
let helm: Helm;
let chart: string;

before(async () => {
  plane = opened.use(await startControlPlane());
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  opened.defer(() => kube.close());
  helm = opened.use(await openHelm(plane.kubeconfig));
  chart = opened.use(await esoChart()).path;
  // The webhook's server cannot run here, and would be asked: first without, then with its configuration.
  await helm.run(
    "install",
    "external-secrets",
    chart,
    "-n",
    "eso",
    "--create-namespace",
    "--set",
    "webhook.create=false",
  );
  await ensureCrds(kube, MANAGER_CRDS);
  await leaveTraces();
  await helm.run("upgrade", "external-secrets", chart, "-n", "eso", "--set", "webhook.create=true");
  // As older charts had it.
  const service = { name: "external-secrets-webhook", namespace: "eso", path: "/convert" };
  const webhook = { clientConfig: { service }, conversionReviewVersions: ["v1"] };
  const conversion = { strategy: "Webhook", webhook };
  await kube.cluster(CustomResourceDefinitions).mergePatch(CONVERTED, { spec: { conversion } });
});
after(() => opened.disposeAsync());

/** Objects as the operator leaves them: an ExternalSecret with its finalizer, and the Secret that it owns. */
async function leaveTraces(): Promise<void> {
  const stores = kube.namespaced(SecretStores, "default");
  await stores.create({ metadata: { name: "known" }, spec: { provider: { fake: { data: [] } } } });
  await stores.create({
    metadata: { name: "foreign" },
    spec: { provider: { passbolt: { host: "h", auth: passbolt() } } },
  });
  const owner = await kube.namespaced(ExternalSecrets, "default").create({
    metadata: { name: "db", finalizers: ["externalsecrets.external-secrets.io/externalsecret-cleanup"] },
    spec: { secretStoreRef: { name: "known" }, data: [{ secretKey: "password", remoteRef: { key: "k" } }] },
  });
  const { apiVersion, kind } = owner;
  const { name, uid = "" } = owner.metadata;
  await kube.namespaced(Secrets, "default").create({
    metadata: {
      name: "db",
      labels: { "reconcile.external-secrets.io/managed": "true" },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    data: { password: Secret.fromText("correct-horse") },
  });
}

function passbolt() {
  const ref = { name: "p", key: "k" };
  return { passwordSecretRef: ref, privateKeySecretRef: ref };
}

async function kustody(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const terminal = { stdin: new PassThrough(), stdout, stderr, stdoutIsTty: false, stderrIsTty: false };
  const code = await run([...args, "--kubeconfig", plane.kubeconfig], terminal);
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? "";
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Versions of everything that a takeover could touch, and of what it must not. */
async function state(): Promise<{ changed: string[]; secret: string }> {
  const lists = [CustomResourceDefinitions, ValidatingWebhookConfigurations, ValidatingAdmissionPolicies];
  const objects = (await Promise.all(lists.map((resource) => kube.cluster(resource).list()))).flatMap(
    ({ items }) => items,
  );
  const { metadata } = await kube.namespaced(Secrets, "default").get("db");
  return {
    changed: objects.map((object) => `${object.kind} ${object.metadata.name} ${object.metadata.resourceVersion}`),
    secret: `${metadata.uid} ${metadata.resourceVersion}`,
  };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let left = 400; !(await holds()); left--) {
    assert.ok(left > 0, what);
    await sleep(50);
  }
}

test("while the operator runs, the dry run says so and reports every difference, and --apply changes nothing", async () => {
  const before = await state();
  const dry = await kustody("sync", "takeover", "--dry-run");
  assert.equal(dry.code, 1, dry.stderr);
  assert.match(
    dry.stdout,
    /In the way \(\d\)\n {2}Deployment eso\/external-secrets runs with the controller class "default"/,
  );
  assert.match(dry.stdout, /SecretStore default\/foreign: provider passbolt is not supported yet/);
  assert.match(
    dry.stdout,
    /keep CustomResourceDefinition externalsecrets\.external-secrets\.io, no longer of Helm release eso\//,
  );
  assert.match(dry.stdout, /delete ValidatingWebhookConfiguration secretstore-validate/);
  assert.match(dry.stdout, /delete ValidatingWebhookConfiguration externalsecret-validate/);
  const applied = await kustody("sync", "takeover", "--apply");
  assert.equal(applied.code, 2);
  assert.match(applied.stderr, /KST_TAKEOVER_REFUSED/);
  assert.deepEqual(await state(), before);
});

test("a pod or a lease that lives is in the way too", async () => {
  await kube.namespaced(Deployments, "eso").mergePatch("external-secrets", { spec: { replicas: 0 } });
  await until("its pods are gone", async () => {
    const pods = await kube.namespaced(Pods, "eso").list({ labelSelector: "app.kubernetes.io/name=external-secrets" });
    const { status } = await kube.namespaced(Deployments, "eso").get("external-secrets");
    return pods.items.length === 0 && (status as { replicas?: number }).replicas === undefined;
  });
  const leases = kube.namespaced(Leases, "eso");
  const renewTime = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: "eso-1", leaseDurationSeconds: 3600, renewTime };
  await leases.create({ metadata: { name: "external-secrets-controller" }, spec });
  const refused = await kustody("sync", "takeover", "--apply");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Lease eso\/external-secrets-controller/);
  await leases.delete("external-secrets-controller");
});

test("interrupted halfway it is run again, does what the dry run printed, and touches no Secret", async () => {
  const before = await state();
  const plan = planTakeover(await observeEso(kube), "default");
  assert.deepEqual(plan.obstacles, []);
  for (const change of plan.changes.slice(0, 3)) await applyTakeover(kube, change);
  const dry = await kustody("sync", "takeover", "--dry-run");
  const planned =
    dry.stdout
      .split(/Changes \(\d+\)\n/)[1]
      ?.split("\n\n")[0]
      ?.trim()
      .split(/\n\s*/) ?? [];
  assert.equal(planned.length, plan.changes.length - 3);
  const applied = await kustody("sync", "takeover", "--apply");
  assert.equal(applied.code, 1, `differences remain, and are said: ${applied.stderr}`);
  const done = applied.stdout.split("\n").filter((line) => line.startsWith("done: "));
  assert.deepEqual(
    done,
    planned.map((line) => `done: ${line}`),
  );
  assert.deepEqual((await kube.cluster(ValidatingWebhookConfigurations).list()).items, []);
  const { spec } = await kube.cluster(CustomResourceDefinitions).get(CONVERTED);
  assert.deepEqual((spec as { conversion: unknown }).conversion, { strategy: "None" });
  const after = await state();
  assert.equal(after.secret, before.secret);
  const again = await kustody("sync", "takeover", "--apply");
  assert.ok(!again.stdout.includes("done: "), again.stdout);
  assert.deepEqual(await state(), after);
});

test("without webhooks whose server is gone, ExternalSecrets can be written again", async () => {
  const patched = await kube
    .namespaced(ExternalSecrets, "default")
    .mergePatch("db", { metadata: { labels: { a: "b" } } });
  assert.deepEqual(patched.metadata.labels, { a: "b" });
});

test("a definition cannot be deleted, by whatever way, unless somebody says on it that it may", async () => {
  const api = kube.cluster(CustomResourceDefinitions);
  const [name, harmless] = ["externalsecrets.external-secrets.io", "secretstores.external-secrets.io"];
  await until("the guard holds", async () => {
    // A dry run, since the guard takes a moment to be known.
    try {
      await api.delete(harmless, { dryRun: true });
      return false;
    } catch (error) {
      assert.ok(error instanceof KustodyError);
      assert.match(error.message, /Kustody keeps this definition/);
      return true;
    }
  });
  await assert.rejects(api.delete(name), /Kustody keeps this definition/);
  assert.equal((await api.get(name)).metadata.deletionTimestamp, undefined);
  await api.mergePatch(harmless, { metadata: { annotations: { "kustody.dev/allow-deletion": "yes" } } });
  assert.equal(await api.delete(harmless, { dryRun: true }), true);
  await api.mergePatch(harmless, { metadata: { annotations: { "kustody.dev/allow-deletion": null } } });
});

test("the chart is removed in the advised two steps, and everything it made with its definitions stays", async () => {
  const before = await state();
  const { stdout } = await kustody("sync", "takeover", "--dry-run");
  const upgrade = /helm (upgrade external-secrets .*?), then helm (uninstall external-secrets -n eso)/.exec(stdout);
  assert.ok(upgrade, stdout);
  const [, first = "", second = ""] = upgrade;
  const args = first.replace(/external-secrets\/external-secrets --version [\d.]+/, chart).split(" ");
  await helm.run(...args);
  assert.deepEqual((await kube.cluster(ValidatingWebhookConfigurations).list()).items, [], "they don't come back");
  const started = await kube.namespaced(Deployments, "eso").list();
  assert.ok(
    started.items.every(({ spec }) => (spec as { replicas: number }).replicas === 0),
    "nothing starts again",
  );
  await helm.run(...second.split(" "));
  assert.deepEqual((await kube.namespaced(Deployments, "eso").list()).items, []);
  assert.deepEqual(await state(), before);
  assert.equal((await kube.namespaced(ExternalSecrets, "default").get("db")).metadata.deletionTimestamp, undefined);
});

test("whoever forgets the first step loses nothing: the guard refuses what helm uninstall asks", async () => {
  await helm.run(
    "install",
    "again",
    chart,
    "-n",
    "eso",
    "--take-ownership",
    "--set",
    "replicaCount=0,webhook.create=false",
  );
  const before = (await state()).secret;
  await assert.rejects(helm.run("uninstall", "again", "-n", "eso"), /failed to delete release/);
  await sleep(500);
  const definitions = (await kube.cluster(CustomResourceDefinitions).list()).items;
  assert.ok(definitions.length >= 3);
  assert.ok(definitions.every(({ metadata }) => metadata.deletionTimestamp === undefined));
  assert.equal((await state()).secret, before);
});

test("the status says what is ready and what is not", async () => {
  const api = kube.namespaced(ExternalSecrets, "default");
  const condition = {
    type: "Ready",
    status: "False",
    reason: "SecretSyncedError",
    message: "could not get secret data",
  };
  await api.mergePatchStatus("db", { status: { conditions: [condition] } });
  const { code, stdout } = await kustody("sync", "status");
  assert.equal(code, 1);
  assert.match(stdout, /^ExternalSecret +0 ready, 1 not ready, 0 waiting$/m);
  assert.match(stdout, /ExternalSecret default\/db: SecretSyncedError: could not get secret data/);
  const json = JSON.parse((await kustody("sync", "status", "--output", "json")).stdout) as { failures: unknown[] };
  assert.equal(json.failures.length, 1);
});

test("on a cluster without External Secrets Operator there is nothing to take over", async () => {
  await using other = await startControlPlane({ components: { controllerManager: false } });
  const bare = await connectKube({ env: {}, kubeconfig: other.kubeconfig });
  try {
    const { obstacles, differences, changes } = planTakeover(await observeEso(bare), "default");
    assert.deepEqual([obstacles, differences], [[], []]);
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ["guard", "guard"],
    );
  } finally {
    await bare.close();
  }
});
