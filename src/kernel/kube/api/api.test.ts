import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { connectKube, type Kube } from "../kube.ts";
import { namespacedResource } from "../object/resource.ts";
import { ConfigMaps, Namespaces, Secrets, ServiceAccounts } from "../object/resources.ts";
import type { Api } from "./api.ts";
import { addFinalizer, removeFinalizer } from "./finalizers.ts";

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

let count = 0;
/** A namespace of its own for each test. */
async function freshNamespace(): Promise<string> {
  const name = `test-${count++}`;
  await kube.cluster(Namespaces).create({ metadata: { name } });
  return name;
}

const is = (code: string) => (error: unknown) => error instanceof KustodyError && error.code === code;
const data = (value: string) => ({ value: Secret.fromText(value) });

test("a Secret is created, read, replaced and deleted, and its value is bytes all the way", async () => {
  const secrets = kube.namespaced(Secrets, await freshNamespace());
  const bytes = Buffer.from([0, 255, 10, 34, 92]);
  const created = await secrets.create({ metadata: { name: "db" }, data: { b: Secret.fromBytes(Buffer.from(bytes)) } });
  assert.deepEqual((await secrets.get("db")).data?.["b"]?.unwrap(), bytes);
  await assert.rejects(secrets.create({ metadata: { name: "db" } }), is("KST_KUBE_EXISTS"));
  const replaced = await secrets.replace({ ...created, data: data("two") });
  assert.equal(replaced.data?.["value"]?.unwrap().toString(), "two");
  await assert.rejects(secrets.replace({ ...created, data: data("three") }), is("KST_KUBE_CONFLICT"));
  await assert.rejects(secrets.delete("db", { preconditions: { uid: "other" } }), is("KST_KUBE_CONFLICT"));
  assert.equal(await secrets.delete("db", { preconditions: { uid: created.metadata.uid ?? "" } }), true);
  assert.equal(await secrets.delete("db"), false);
  assert.equal(await secrets.find("db"), undefined);
  await assert.rejects(secrets.get("db"), is("KST_KUBE_NOT_FOUND"));
});

test("server-side apply: fields have owners, force takes them over, a dry run changes nothing", async () => {
  const secrets = kube.namespaced(Secrets, await freshNamespace());
  const write = (value: string, fieldManager: string, rest = {}) =>
    secrets.apply({ metadata: { name: "db" }, data: data(value) }, { fieldManager, ...rest });
  const first = await write("one", "a");
  assert.equal((await write("one", "a")).metadata.resourceVersion, first.metadata.resourceVersion);
  await assert.rejects(write("two", "b"), is("KST_KUBE_CONFLICT"));
  assert.equal((await write("two", "b", { force: true, dryRun: true })).data?.["value"]?.unwrap().toString(), "two");
  assert.equal((await secrets.get("db")).data?.["value"]?.unwrap().toString(), "one");
  assert.equal((await write("two", "b", { force: true })).data?.["value"]?.unwrap().toString(), "two");
});

test("a dry run of a deletion deletes nothing", async () => {
  const maps = kube.namespaced(ConfigMaps, await freshNamespace());
  await maps.create({ metadata: { name: "kept" } });
  assert.equal(await maps.delete("kept", { dryRun: true }), true);
  assert.equal((await maps.get("kept")).metadata.name, "kept");
});

test("a JSON patch whose test fails changes nothing; a merge patch removes by null", async () => {
  const maps = kube.namespaced(ConfigMaps, await freshNamespace());
  await maps.create({ metadata: { name: "m" }, data: { a: "1", b: "2" } });
  const patch = (expected: string) =>
    maps.jsonPatch("m", [
      { op: "test", path: "/data/a", value: expected },
      { op: "replace", path: "/data/a", value: "3" },
    ]);
  await assert.rejects(patch("0"), is("KST_KUBE_INVALID"));
  assert.equal((await patch("1")).data?.["a"], "3");
  assert.deepEqual((await maps.mergePatch("m", { data: { b: null } })).data, { a: "3" });
});

test("the status is applied and patched apart from the rest", async () => {
  const namespaces = kube.cluster(Namespaces);
  const name = await freshNamespace();
  const conditions = [
    { type: "Test", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "R", message: "m" },
  ];
  const applied = await namespaces.applyStatus({ metadata: { name }, status: { conditions } }, { fieldManager: "a" });
  assert.match(JSON.stringify(applied["status"]), /"type":"Test"/);
  const patched = await namespaces.mergePatchStatus(name, {
    status: { conditions: null },
    metadata: { labels: { x: "y" } },
  });
  assert.doesNotMatch(JSON.stringify(patched["status"]), /"type":"Test"/);
});

test("lists come page by page, whole, in one namespace or all, and may be left early", async () => {
  const [one, two] = [await freshNamespace(), await freshNamespace()];
  for (let i = 0; i < 7; i++) {
    const metadata = { name: `m-${i}`, labels: { paging: "yes", odd: String(i % 2) } };
    await Promise.all([one, two].map((ns) => kube.namespaced(ConfigMaps, ns).create({ metadata })));
  }
  const sizes: number[] = [];
  for await (const { items } of kube.namespaced(ConfigMaps, one).pages({ pageSize: 3 })) sizes.push(items.length);
  assert.deepEqual(sizes, [3, 3, 1]);
  const all = await kube.allNamespaces(ConfigMaps).list({ labelSelector: "paging=yes,odd=1", pageSize: 4 });
  assert.equal(new Set(all.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).size, 6);
  assert.ok(all.items.every(({ kind, apiVersion }) => kind === "ConfigMap" && apiVersion === "v1"));
  assert.equal((await kube.namespaced(ConfigMaps, one).list({ fieldSelector: "metadata.name=m-3" })).items.length, 1);
  for await (const { items } of kube.allNamespaces(ConfigMaps).pages({ pageSize: 1 })) {
    assert.equal(items.length, 1);
    break;
  }
});

test("metadata alone is read and patched: no values, no managed fields, no kubectl copy of the values", async () => {
  const namespace = await freshNamespace();
  const secrets = kube.namespaced(Secrets, namespace);
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "canary", kept: "yes" };
  await secrets.create({ metadata: { name: "db", annotations }, data: data("canary") });
  const { items } = await kube.allMetadata(Secrets).list({ fieldSelector: `metadata.namespace=${namespace}` });
  for (const object of [await secrets.metadata().get("db"), items[0], await secrets.get("db")]) {
    assert.deepEqual(object?.metadata.annotations, { kept: "yes" });
    assert.doesNotMatch(JSON.stringify(object), /canary|Y2Fu|managedFields/);
  }
  assert.ok(!("data" in (await secrets.metadata().get("db"))));
  const patch = { metadata: { labels: { x: "y" } } };
  assert.equal((await secrets.metadata().mergePatch("db", patch)).metadata.labels?.["x"], "y");
});

test("an object that doesn't fit its schema hides no other", async () => {
  const namespace = await freshNamespace();
  const schema = z.object({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: z.looseObject({ name: z.string() }),
    data: z.object({ port: z.string().regex(/^\d+$/) }),
  });
  const Ports = namespacedResource<z.output<typeof schema>>("v1", "ConfigMap", "configmaps", schema);
  const maps = kube.namespaced(ConfigMaps, namespace);
  for (const port of ["80", "canary"]) await maps.create({ metadata: { name: `p-${port}` }, data: { port } });
  const ports = kube.namespaced(Ports, namespace);
  const { items, invalid } = await ports.list();
  assert.deepEqual(
    items.map((item) => item.data.port),
    ["80"],
  );
  assert.match(invalid[0]?.message ?? "", /p-canary has an unexpected shape at data\.port$/);
  await assert.rejects(ports.get("p-canary"), is("KST_KUBE_REPLY"));
});

test("names that would lead elsewhere are refused before anything is sent", async () => {
  for (const name of ["", "..", "a/b", "a%2fb", "a\n", "x".repeat(254)]) {
    await assert.rejects(kube.namespaced(Secrets, "default").get(name), is("KST_KUBE_INVALID"));
    assert.throws(() => kube.namespaced(Secrets, name), is("KST_KUBE_INVALID"));
  }
});

test("thirty finalizers are added and removed at the same time, and none is lost or left", async () => {
  const accounts = kube.namespaced(ServiceAccounts, await freshNamespace());
  await accounts.create({ metadata: { name: "a" } });
  const names = Array.from({ length: 30 }, (_, i) => `kustody.dev/f${i}`);
  const inTurns = async (edit: (name: string) => Promise<boolean>, among: string[]) => {
    const rest = [...among];
    const worker = async () => {
      for (let name = rest.pop(); name !== undefined; name = rest.pop()) assert.equal(await edit(name), true);
    };
    await Promise.all(Array.from({ length: 5 }, worker));
  };
  await inTurns((name) => addFinalizer(accounts, "a", name), names);
  assert.deepEqual(new Set((await accounts.get("a")).metadata.finalizers), new Set(names));
  const [kept, gone] = [names.slice(0, 10), names.slice(10)];
  await Promise.all([
    inTurns((name) => removeFinalizer(accounts, "a", name), gone),
    addFinalizer(accounts, "a", names[0] ?? "").then((there) => assert.equal(there, true)),
  ]);
  assert.deepEqual(new Set((await accounts.get("a")).metadata.finalizers), new Set(kept));
  await accounts.delete("a");
  assert.equal(await addFinalizer(accounts, "a", "kustody.dev/late"), false);
  await inTurns((name) => removeFinalizer(accounts, "a", name), kept);
  assert.equal(await accounts.find("a"), undefined);
  assert.equal(await removeFinalizer(accounts, "a", "kustody.dev/f1"), true);
});

test("scope is part of the type", () => {
  const inNamespace: Api<never, "namespace"> | undefined = undefined;
  // @ts-expect-error what is bound to the cluster is not what is bound to a namespace
  const wrong: Api<never, "cluster"> | undefined = inNamespace as Api<never, "namespace"> | undefined;
  assert.equal(wrong, undefined);
  // @ts-expect-error a kind of the cluster has no namespace
  assert.ok(() => kube.namespaced(Namespaces, "default"));
  // @ts-expect-error a kind of namespaces is not reached without one
  assert.ok(() => kube.cluster(Secrets));
  // @ts-expect-error what spans namespaces addresses no object
  assert.ok(() => kube.allNamespaces(Secrets).get("db"));
});
