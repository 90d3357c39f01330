import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { KustodyError } from "../../kernel/errors.ts";
import { ensureCrds } from "../../kernel/kube/crd/ensure-crds.ts";
import { connectKube, type Kube } from "../../kernel/kube/index.ts";
import { type AnyObject, CustomResourceDefinitions } from "../../kernel/kube/object/resources.ts";
import { asList, asRecord, type UntypedRecord } from "../../kernel/untyped.ts";
import { startControlPlane, upstreamCrds } from "../../lab/index.ts";
import { MANAGER_CRDS } from "./crds.ts";
import { ClusterSecretStores, ExternalSecrets, SecretStores, StorePolicies } from "./model/resources.ts";
import { narrowerThan } from "./testing/compare-schemas.ts";
import { CRD_SETS, type PlaneWithCrds, startWithCrds } from "./testing/crd-sets.ts";
import { FULL_EXTERNAL_SECRET, FULL_STORE } from "./testing/full-objects.ts";

const TWO_KEYS = {
  secretStoreRef: { name: "vault" },
  data: [{ secretKey: "a", remoteRef: { key: "k" } }],
  dataFrom: [{ extract: { key: "k" } }],
};

function schemaOf(crd: AnyObject, field: "spec" | "status"): UntypedRecord {
  const versions = asList(asRecord(crd["spec"])["versions"]).map(asRecord);
  const schema = asRecord(asRecord(versions.find(({ name }) => name === "v1")?.["schema"])["openAPIV3Schema"]);
  return asRecord(asRecord(schema["properties"])[field]);
}

test("ours refuse and prune nothing of what upstream's published schemas take", async () => {
  const upstream = await upstreamCrds();
  assert.equal(upstream.length, 3);
  for (const theirs of upstream) {
    const ours = MANAGER_CRDS.find(({ metadata }) => metadata.name === theirs.metadata.name);
    assert.ok(ours, theirs.metadata.name);
    for (const field of ["spec", "status"] as const) {
      assert.ok(Object.keys(asRecord(schemaOf(theirs, field)["properties"])).length > 0);
      assert.deepEqual(narrowerThan(schemaOf(ours, field), schemaOf(theirs, field), field), []);
    }
  }
});

test("names, short names, categories, columns, label and selectable fields are upstream's", async () => {
  for (const theirs of await upstreamCrds()) {
    const ours = MANAGER_CRDS.find(({ metadata }) => metadata.name === theirs.metadata.name);
    const [mine, their] = [asRecord(ours?.spec), asRecord(theirs["spec"])];
    assert.deepEqual(mine["names"], their["names"]);
    assert.equal(mine["scope"], their["scope"]);
    assert.deepEqual(ours?.metadata.labels, theirs.metadata.labels);
    const [myVersion, theirVersion] = [mine, their].map((spec) =>
      asRecord(asList(spec["versions"]).find((version) => asRecord(version)["name"] === "v1")),
    );
    const columns = asList(myVersion?.["additionalPrinterColumns"]);
    for (const column of asList(theirVersion?.["additionalPrinterColumns"])) {
      assert.ok(columns.some((one) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(column))));
    }
    assert.deepEqual(myVersion?.["selectableFields"], theirVersion?.["selectableFields"]);
  }
});

function sorted(column: unknown): unknown {
  return Object.entries(asRecord(column)).sort(([a], [b]) => a.localeCompare(b));
}

test("ours have no default that could drift in GitOps, no $ref and no const", () => {
  const text = JSON.stringify(MANAGER_CRDS);
  for (const word of ['"default"', '"$ref"', '"const"', '"anyOf"']) assert.ok(!text.includes(word), word);
  assert.ok(text.length < 40_000, `${text.length} bytes`);
});

for (const set of CRD_SETS) {
  describe(`with the CRDs of ${set}`, () => {
    let cluster: PlaneWithCrds;
    let kube: Kube;
    before(async () => {
      cluster = await startWithCrds(set, { components: { controllerManager: false } });
      kube = cluster.kube;
    });
    after(() => cluster?.stop());

    test("ensureCrds installs what is missing and leaves the rest", async () => {
      const upstream = ["externalsecrets", "secretstores", "clustersecretstores"].map(
        (one) => `${one}.external-secrets.io`,
      );
      assert.deepEqual(cluster.ensured.present, set === "upstream" ? upstream : []);
      const api = kube.cluster(CustomResourceDefinitions);
      const before = (await api.list()).items.map(({ metadata }) => metadata.resourceVersion);
      const again = await ensureCrds(kube, MANAGER_CRDS);
      assert.deepEqual(again.installed, []);
      assert.equal(again.present.length, MANAGER_CRDS.length);
      assert.deepEqual(
        (await api.list()).items.map(({ metadata }) => metadata.resourceVersion),
        before,
      );
    });

    test("an ExternalSecret can be selected by its store, and kubectl's columns are there", async () => {
      const api = kube.namespaced(ExternalSecrets, "default");
      await api.create({ metadata: { name: "selected" }, spec: TWO_KEYS });
      const { items } = await api.list({ fieldSelector: "spec.secretStoreRef.name=vault" });
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        ["selected"],
      );
      assert.deepEqual((await api.list({ fieldSelector: "spec.secretStoreRef.name=other" })).items, []);
      const table = await kube.transport.request({
        what: "list externalsecrets",
        path: "/apis/external-secrets.io/v1/externalsecrets",
        accept: "application/json;as=Table;g=meta.k8s.io;v=v1",
      });
      const { columnDefinitions } = JSON.parse(table.body.toString()) as { columnDefinitions: { name: string }[] };
      const names = columnDefinitions.map(({ name }) => name);
      for (const name of ["StoreType", "Store", "Refresh Interval", "Status", "Ready"])
        assert.ok(names.includes(name), name);
    });

    test("applying twice changes nothing", async () => {
      const api = kube.namespaced(ExternalSecrets, "default");
      const object = { metadata: { name: "twice" }, spec: TWO_KEYS };
      const first = await api.apply(object, { fieldManager: "gitops" });
      const second = await api.apply(object, { fieldManager: "gitops" });
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
      assert.equal(second.metadata.generation, 1);
    });

    test("what no controller could carry out is refused", async () => {
      const api = kube.namespaced(ExternalSecrets, "default");
      const wrong: [string, unknown][] = [
        ["a key with a slash", { ...TWO_KEYS, data: [{ secretKey: "a/b", remoteRef: { key: "k" } }] }],
        ["an entry without a remote key", { ...TWO_KEYS, data: [{ secretKey: "a", remoteRef: {} }] }],
        ["an unknown policy", { ...TWO_KEYS, target: { creationPolicy: "Sometimes" } }],
        ["a store kind that does not exist", { ...TWO_KEYS, secretStoreRef: { name: "a", kind: "Secret" } }],
        ["two sources at once", { ...TWO_KEYS, data: [twoSources()] }],
      ];
      for (const [what, spec] of wrong) {
        await assert.rejects(
          api.create({ metadata: { name: "wrong" }, spec: spec as typeof TWO_KEYS }),
          isInvalid,
          what,
        );
      }
      const stores = kube.namespaced(SecretStores, "default");
      for (const provider of [undefined, {}, { fake: {}, vault: {} }] as const) {
        const spec = { provider } as unknown as { provider: Record<string, Record<string, unknown>> };
        await assert.rejects(stores.create({ metadata: { name: "wrong" }, spec }), isInvalid, JSON.stringify(provider));
      }
    });
  });
}

function twoSources() {
  const sourceRef = { storeRef: { name: "a" }, generatorRef: { kind: "Password", name: "p" } };
  return { secretKey: "a", remoteRef: { key: "k" }, sourceRef };
}

function isInvalid(error: unknown): boolean {
  assert.ok(error instanceof KustodyError);
  assert.equal(error.code, "KST_KUBE_INVALID", error.message);
  return true;
}

describe("with ours alone", () => {
  let cluster: PlaneWithCrds;
  let kube: Kube;
  before(async () => {
    cluster = await startWithCrds("kustody", { components: { controllerManager: false } });
    kube = cluster.kube;
  });
  after(() => cluster?.stop());

  test("nothing of an object with every field is pruned, and nothing is added", async () => {
    const api = kube.namespaced(ExternalSecrets, "default");
    await api.create({ metadata: { name: "full" }, spec: FULL_EXTERNAL_SECRET });
    assert.deepEqual((await api.get("full")).spec, FULL_EXTERNAL_SECRET);
    const spec = structuredClone(FULL_STORE) as unknown as { provider: Record<string, Record<string, unknown>> };
    await kube.namespaced(SecretStores, "default").create({ metadata: { name: "full" }, spec });
    assert.deepEqual((await kube.namespaced(SecretStores, "default").get("full")).spec, FULL_STORE);
    await kube.cluster(ClusterSecretStores).create({ metadata: { name: "full" }, spec });
    assert.deepEqual((await kube.cluster(ClusterSecretStores).get("full")).spec, FULL_STORE);
  });

  test("a store's refresh interval is a number of seconds or a duration", async () => {
    const api = kube.cluster(ClusterSecretStores);
    const provider = { fake: { data: [] } };
    await api.create({ metadata: { name: "number" }, spec: { provider, refreshInterval: 300 } });
    assert.equal((await api.get("number")).spec.refreshInterval, 300);
    const wrong = { provider, refreshInterval: true } as unknown as { provider: typeof provider };
    await assert.rejects(api.create({ metadata: { name: "bool" }, spec: wrong }), isInvalid);
  });

  test("the status has every field of upstream's", async () => {
    const api = kube.namespaced(ExternalSecrets, "default");
    await api.create({ metadata: { name: "status" }, spec: TWO_KEYS });
    const status = {
      refreshTime: "2026-11-24T08:00:00Z",
      syncedResourceVersion: "1-abc",
      binding: { name: "db" },
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "SecretSynced",
          message: "secret synced",
          lastTransitionTime: "2026-11-24T08:00:00Z",
        },
      ],
    };
    await api.mergePatchStatus("status", { status });
    assert.deepEqual((await api.get("status")).status, status);
  });

  test("upstream's webhook rules hold without a webhook, with its messages", async () => {
    const api = kube.namespaced(ExternalSecrets, "default");
    const refused: [string, unknown][] = [
      ["either data or dataFrom should be specified", { secretStoreRef: { name: "vault" } }],
      ["either data or dataFrom should be specified", { data: [], dataFrom: [] }],
      ["either extract, find, or sourceRef must be set", { dataFrom: [{ rewrite: [] }] }],
      ["cannot be set at the same time", { dataFrom: [{ extract: { key: "k" }, find: { path: "a" } }] }],
      [
        "Please set creationPolicy=Owner",
        { ...TWO_KEYS, target: { deletionPolicy: "Delete", creationPolicy: "Merge" } },
      ],
      ["There is no Secret to merge", { ...TWO_KEYS, target: { deletionPolicy: "Merge", creationPolicy: "None" } }],
    ];
    for (const [message, spec] of refused) {
      await assert.rejects(
        api.create({ metadata: { name: "wrong" }, spec: spec as typeof TWO_KEYS }),
        (error: unknown) => isInvalid(error) && (error as KustodyError).message.includes(message),
        message,
      );
    }
    await api.create({ metadata: { name: "owner" }, spec: { ...TWO_KEYS, target: { deletionPolicy: "Delete" } } });
  });

  test("a StorePolicy is bounded and names stores", async () => {
    const api = kube.cluster(StorePolicies);
    const rules = [{ namespaces: [{ namespaces: ["shop"] }], keys: ["team/{namespace}/**"] }];
    const spec = { stores: [{ kind: "ClusterSecretStore" as const, name: "vault" }], rules };
    await api.create({ metadata: { name: "vault" }, spec });
    assert.deepEqual((await api.get("vault")).spec, spec);
    await assert.rejects(api.create({ metadata: { name: "none" }, spec: { ...spec, stores: [] } }), isInvalid);
    const many = Array.from({ length: 101 }, () => "key");
    const flood = { ...spec, rules: [{ namespaces: [{}], keys: many }] };
    await assert.rejects(api.create({ metadata: { name: "flood" }, spec: flood }), isInvalid);
  });
});

test("two that ensure at once both succeed; a definition without our version is named and left", async () => {
  await using plane = await startControlPlane({ components: { controllerManager: false } });
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  try {
    const [first, second] = MANAGER_CRDS;
    assert.ok(first && second);
    const both = await Promise.all([ensureCrds(kube, [first]), ensureCrds(kube, [first])]);
    assert.equal(both.flatMap(({ installed }) => installed).length, 1);
    const old = { ...second.spec, versions: second.spec.versions.map((version) => ({ ...version, name: "v1beta1" })) };
    const api = kube.cluster(CustomResourceDefinitions);
    const { metadata } = await api.create({ ...second, spec: old });
    await assert.rejects(ensureCrds(kube, MANAGER_CRDS), (error: unknown) => {
      assert.ok(error instanceof KustodyError);
      assert.equal(error.code, "KST_CRD_UNSUITED");
      assert.match(error.message, /secretstores\.external-secrets\.io is installed without version v1,/);
      return true;
    });
    assert.equal((await api.get(second.metadata.name)).metadata.generation, metadata.generation);
  } finally {
    await kube.close();
  }
});
